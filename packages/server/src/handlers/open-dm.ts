import type { Room, UserId } from '@roomful/protocol'
import { userOf } from '../auth/acting-user'
import type { Refusal } from '../core/ops'
import { isPresent } from '../core/present'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import type { Entries, Person } from './entries'
import { actorOf, type Services } from './handler'
import { showDm } from './hide-dm'
import { submitInOrder } from './submit'

/**
 * Enters an existing dm: the asking user returns to it, or accepts it, and those who may be put there are put. A user
 * who left it themselves is invited instead.
 */
export async function enterDm(
  services: Services,
  device: Device,
  { id: roomId }: Room,
  { put, invite }: Entries,
): Promise<{ room: Room; invite: readonly UserId[] } | Refusal> {
  const { store, policy, clock } = services
  const { rows, hiddenSeq } = await store.read(async (reader) => {
    const [mine] = await reader.memberships(device.userId, [roomId])
    const all = await reader.members(roomId, { afterRev: 0, limit: put.length + invite.length + 1 })
    return { rows: new Map(all.map((row) => [row.userId, row])), hiddenSeq: mine?.hiddenSeq }
  })
  const isIn = (id: UserId): boolean => isPresent(rows.get(id))
  const mustAsk = ({ id }: Person): boolean =>
    policy === 'consent' && !device.identity.admin && rows.get(id)?.removed === 'left'
  const entering = [userOf(device.identity), ...put].filter(
    (one) => !isIn(one.id) && (one.id === device.userId || !mustAsk(one)),
  )
  for (const target of entering) {
    const outcome = await submitInOrder(services, device, () => ({
      roomId,
      op: { kind: 'enter-dm', actor: actorOf(device), at: clock.now(), target },
    }))
    if (!outcome.ok) return outcome
  }
  if (hiddenSeq !== undefined) await showDm(services, device, roomId)
  const [entered] = await store.read((reader) => reader.memberships(device.userId, [roomId]))
  if (!entered) return refuse('ROOM_NOT_FOUND')
  const asked = [...invite, ...put.filter(mustAsk).map(({ id }) => id)].filter((id) => !isIn(id))
  return { room: entered.room, invite: asked }
}
