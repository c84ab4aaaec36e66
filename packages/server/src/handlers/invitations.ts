import { asMessageId } from '@roomful/protocol'
import { isPresent } from '../core/present'
import { refuse } from '../core/refusal'
import { readInvitations, readSentInvitations } from '../pipeline/invitations'
import { actorOf, type Handler } from './handler'
import { showDm } from './hide-dm'
import { submitInOrder } from './submit'

export const listInvitations: Handler<'list-invitations'> = async ({ store, clock }, device) => {
  const invitations = await store.read((reader) => readInvitations(reader, device.userId, clock.now()))
  return { ok: true, invitations }
}

/** A repeat is a success, and so is an acceptance by a user who has meanwhile joined another way. */
export const acceptInvitation: Handler<'accept-invitation'> = async (services, device, { roomId }) => {
  const { store, bus, clock, ids } = services
  const { userId } = device
  const { invitation, there } = await store.read(async (reader) => {
    const [invitation] = await reader.invitations(userId, { nowMs: clock.now(), roomId, limit: 1 })
    const [there] = await reader.memberships(userId, [roomId])
    return { invitation, there }
  })
  if (!invitation)
    return there && isPresent(there.member)
      ? { ok: true, room: there.room }
      : refuse('INVITATION_NOT_FOUND', { field: 'roomId' })
  const { inviterId } = invitation
  const outcome = await submitInOrder(services, device, () => {
    const at = clock.now()
    const messageId = asMessageId(ids.uuid(at))
    return { roomId, op: { kind: 'accept', actor: actorOf(device), at, inviterId, messageId } }
  })
  const isVoid = !outcome.ok && outcome.code === 'ROOM_NOT_FOUND'
  if (!outcome.ok && !isVoid) return outcome
  // Also a void one goes: the user has not declined, and another may invite them.
  await store.answerInvitation(userId, roomId, 'accepted')
  bus.publish({ type: 'uninvited', userId, roomId })
  if (there?.hiddenSeq !== undefined) await showDm(services, device, roomId)
  const [entered] = await store.read((reader) => reader.memberships(userId, [roomId]))
  return entered && !isVoid
    ? { ok: true, room: entered.room }
    : refuse('INVITATION_NOT_FOUND', { field: 'roomId' })
}

/** The inviter is not notified: the invitation counts as theirs until it expires. */
export const declineInvitation: Handler<'decline-invitation'> = async (
  { store, bus },
  { userId },
  { roomId },
) => {
  if (await store.answerInvitation(userId, roomId, 'declined'))
    bus.publish({ type: 'uninvited', userId, roomId })
  return { ok: true }
}

export const listSentInvitations: Handler<'list-sent-invitations'> = async ({ store, clock }, device) => {
  const invitations = await store.read((reader) => readSentInvitations(reader, device.userId, clock.now()))
  return { ok: true, invitations }
}

/** The answer is the same whether the user exists, has declined, or was ever invited (P9). */
export const withdrawInvitation: Handler<'withdraw-invitation'> = async (
  { store, bus, clock },
  { userId: inviterId },
  { roomId, userId },
) => {
  if (await store.withdrawInvitation({ roomId, userId, inviterId, nowMs: clock.now() }))
    bus.publish({ type: 'uninvited', userId, roomId })
  return { ok: true }
}
