import { LIMITS, type Member, type RoomId, type User, type UserId } from '@roomful/protocol'
import { type Entry, entryOf } from '../core/consent'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Device } from '../hub/device'
import type { Reader } from '../stores/port'
import type { Services } from './handler'

const DAY_MS = 86_400_000

export type Person = User

export type Entries = {
  /** Put into the room at once. */
  readonly put: readonly Person[]
  /** Strangers, users who have blocked the asking user, and unknown ids: no answer distinguishes them. */
  readonly invite: readonly UserId[]
  readonly absent: readonly UserId[]
}

type Asking = Pick<Services, 'policy'>

/** Whether each of these users, except the asking one, is put or invited. */
export function entriesOf(services: Services, device: Device, userIds: readonly UserId[]): Promise<Entries> {
  return services.store.read((reader) => readEntries(services, reader, device, userIds))
}

/** Runs the same queries for each of them, whatever the result: the time would reveal who has an account (P9). */
export async function readEntries(
  { policy }: Asking,
  reader: Reader,
  device: Device,
  userIds: readonly UserId[],
): Promise<Entries> {
  const others = [...new Set(userIds)].filter((id) => id !== device.userId)
  if (others.length === 0) return { put: [], invite: [], absent: [] }
  const [users, acquainted, blockers] = await Promise.all([
    Promise.all(others.map((id) => reader.user(id))),
    policy === 'open' ? new Set<UserId>() : reader.acquaintances(device.userId, others),
    reader.blockersOf(device.userId, others),
  ])
  const entries = others.map((id, index): { id: UserId; user: User | undefined; entry: Entry } => {
    const user = users[index]
    const relation = { exists: user !== undefined, acquainted: acquainted.has(id), blocked: blockers.has(id) }
    return { id, user, entry: entryOf(policy, relation, device.identity.admin) }
  })
  const idsOf = (wanted: Entry): UserId[] =>
    entries.filter(({ entry }) => entry === wanted).map(({ id }) => id)
  return {
    put: entries.flatMap(({ user, entry }) => (user && entry === 'put' ? [user] : [])),
    invite: idsOf('invite'),
    absent: idsOf('absent'),
  }
}

/** Writes the invitations at once; `notify` is to be called when the room exists. */
export async function invite(
  { store, bus, clock }: Services,
  device: Device,
  roomId: RoomId,
  userIds: readonly UserId[],
): Promise<{ notify(): void } | Refusal> {
  if (userIds.length === 0) return { notify() {} }
  const at = clock.now()
  const until = at + LIMITS.invitationDays * DAY_MS
  const shownTo = await store.invite({ roomId, inviterId: device.userId, userIds, at, until })
  if (!shownTo) return refuse('LIMIT_EXCEEDED', { field: 'invitations', limit: LIMITS.invitationsSent })
  return {
    notify() {
      for (const userId of shownTo) bus.publish({ type: 'invited', userId, roomId })
    },
  }
}

/** What `add-member` answers for an invited user: the same for every id, known or unknown. */
export function nobodyYet(roomId: RoomId, userId: UserId, at: number): Member {
  return {
    roomId,
    userId,
    name: userId,
    role: 'member',
    joinedAt: new Date(at).toISOString(),
    lastReadSeq: 0,
    fromSeq: 1,
    rev: 0,
    removed: 'left',
  }
}
