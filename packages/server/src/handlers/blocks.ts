import { asMessageId, LIMITS } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { dmKeyOf } from './dm-key'
import { actorOf, type Handler } from './handler'

/** The answer is the same whether that user exists, and whether they are already blocked. */
export const blockUser: Handler<'block-user'> = async (services, device, payload) => {
  const { store, bus, clock, ids, pipeline } = services
  const { userId } = device
  if (payload.userId === userId) return refuse('INVALID_PAYLOAD', { field: 'userId' })
  const declined = await store.block(userId, payload.userId, new Date(clock.now()).toISOString())
  if (!declined) return refuse('LIMIT_EXCEEDED', { field: 'userId', limit: LIMITS.blockedUsers })
  for (const roomId of declined) bus.publish({ type: 'uninvited', userId, roomId })
  const dmKey = await dmKeyOf([userId, payload.userId])
  const dm = await store.read((reader) => reader.dm(dmKey))
  if (dm === undefined) return { ok: true }
  // Part of the block, which is the user's own: the app is not asked, as it is of other leaves.
  const { left } = await device.inOrder(async () => {
    const at = clock.now()
    const op = { kind: 'leave', actor: actorOf(device), at, messageId: asMessageId(ids.uuid(at)) } as const
    return { left: pipeline.submit(dm, op) }
  })
  const outcome = await left
  // The user is not in it, or has left: there is nothing to leave.
  return outcome.ok || outcome.code === 'ROOM_NOT_FOUND' ? { ok: true } : outcome
}

export const unblockUser: Handler<'unblock-user'> = async ({ store }, device, { userId }) => {
  await store.unblock(device.userId, userId)
  return { ok: true }
}

export const listBlocked: Handler<'list-blocked'> = async ({ store }, device, payload) => {
  const { after, limit = LIMITS.blockedPage } = payload
  // One more than is sent, to see whether there are more.
  const query = { limit: limit + 1, ...(after === undefined ? {} : { after }) }
  const found = await store.read((reader) => reader.blocked(device.userId, query))
  const blocked = found.slice(0, limit)
  const last = blocked.at(-1)
  return { ok: true, blocked, ...(last && found.length > limit ? { next: last.userId } : {}) }
}
