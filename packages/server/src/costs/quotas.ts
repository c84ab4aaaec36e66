import type { ClientEvent, OkAck, Payload, RoomId, UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { dmKeyOf } from '../handlers/dm-key'
import { Rates } from '../handlers/rates'
import type { Rate } from '../handlers/token-bucket'
import type { Device } from '../hub/device'
import type { Hub } from '../hub/hub'
import type { Clock } from '../ports/clock'
import type { Reader, Store } from '../stores/port'

/** Lasting additions are counted by the hour: they cost others again and again. 0: no limit. */
export type QuotaLimits = {
  readonly roomsPerHour: number
  readonly membersPerHour: number
  /** A user in this many rooms cannot make or join another. */
  readonly roomsPerUser: number
}

/** Reports of one user: a person reads each. */
const REPORTS_PER_HOUR = 200

/** What a request adds to the server, if it is accepted. */
type Addition = {
  readonly rooms?: number
  readonly members?: number
  readonly reports?: number
  /** Other users who may join a room, by the field that names them. */
  readonly others?: { readonly field: string; readonly ids: readonly UserId[] }
  /** The asking user joins a room. */
  readonly comes?: true
  /** The room, or the users of the direct-message room, that may be there already. */
  readonly room?: { readonly id: RoomId } | { readonly dmWith: readonly UserId[] }
}

const ADDITIONS: { readonly [E in ClientEvent]?: (payload: Payload<E>, userId: UserId) => Addition } = {
  'create-room': ({ members = [] }) => ({
    rooms: 1,
    members: members.length,
    others: { field: 'members', ids: members },
    comes: true,
  }),
  'open-dm': ({ userIds }) => ({
    rooms: 1,
    members: userIds.length,
    others: { field: 'userIds', ids: userIds },
    comes: true,
    room: { dmWith: userIds },
  }),
  'add-member': ({ roomId, userId }, asking) => ({
    room: { id: roomId },
    ...(userId === undefined || userId === asking
      ? { comes: true }
      : { members: 1, others: { field: 'userId', ids: [userId] } }),
  }),
  'accept-invitation': ({ roomId }) => ({ comes: true, room: { id: roomId } }),
  'report-message': () => ({ reports: 1 }),
}

/** Gives back what was not added: the request was refused, or the room existed already. */
export type Refund<E extends ClientEvent> = (answer: OkAck<E> | Refusal) => void

export type QuotaDeps = {
  readonly store: Pick<Store, 'read'>
  readonly clock: Clock
  readonly hub: Pick<Hub, 'devices'>
  readonly limits: QuotaLimits
}

/** What one user may add to this server in an hour, over all of their devices. A server admin sets up rooms for others. */
export class Quotas {
  readonly #rates: { readonly [K in 'rooms' | 'members' | 'reports']: Rates<UserId> }

  constructor(private readonly deps: QuotaDeps) {
    const { clock, limits } = deps
    this.#rates = {
      rooms: new Rates(hourly(limits.roomsPerHour), clock),
      members: new Rates(hourly(limits.membersPerHour), clock),
      reports: new Rates(hourly(limits.roomsPerHour === 0 ? 0 : REPORTS_PER_HOUR), clock),
    }
  }

  /** Counts what the request will add, or refuses it. Undefined: most requests add nothing that lasts. */
  take<E extends ClientEvent>(
    device: Device,
    event: E,
    payload: Payload<E>,
  ): Promise<Refund<E> | Refusal> | undefined {
    const addition = ADDITIONS[event]?.(payload, device.userId)
    return addition && this.#count(device, addition)
  }

  async #count<E extends ClientEvent>(device: Device, addition: Addition): Promise<Refund<E> | Refusal> {
    const full = await this.#fullRefusal(device, addition)
    if (full) return full
    if (device.identity.admin) return nothingToRefund
    const wanted = (['rooms', 'members', 'reports'] as const).flatMap((kind) => {
      const count = addition[kind] ?? 0
      return count > 0 ? [{ bucket: this.#rates[kind].of(device.userId), count }] : []
    })
    const spent = wanted.find(({ bucket }) => bucket.isSpent)?.bucket
    if (spent) return refuse('RATE_LIMITED', { retryAfterMs: spent.retryAfterMs })
    // The last request of an hour may overdraw: the next one waits for it.
    for (const { bucket, count } of wanted) bucket.spend(count)
    const at = this.deps.clock.now()
    return (answer) => {
      if (isAdded(answer, at)) return
      for (const { bucket, count } of wanted) bucket.spend(-count)
    }
  }

  /** A user who is in the maximum number of rooms joins no other; in those where they are nothing is added. */
  async #fullRefusal(
    { userId }: Device,
    { comes, room, others = NO_OTHERS }: Addition,
  ): Promise<Refusal | undefined> {
    const { store, hub, limits } = this.deps
    const limit = limits.roomsPerUser
    if (limit === 0) return undefined
    return store.read(async (reader) => {
      const full = await reader.inRooms([userId, ...others.ids], limit)
      const there = room && ('id' in room ? room.id : await dmOf(reader, [userId, ...room.dmWith]))
      const found = there === undefined ? [] : await reader.whoIsIn([there], [userId, ...others.ids])
      const isIn = new Set(found.map((one) => one.userId))
      // Who is in another's room is none of their business (P9).
      if (!isIn.has(userId)) isIn.clear()
      if (comes && full.has(userId) && !isIn.has(userId)) return refuse('LIMIT_EXCEEDED', { limit })
      const fullOthers = others.ids.filter((id) => id !== userId && full.has(id) && !isIn.has(id))
      if (fullOthers.length === 0) return undefined
      // Only for acquaintances: the refusal would reveal that a stranger has an account (P9).
      const known = await reader.whoIsIn([...hub.devices.roomsOf(userId)], fullOthers)
      return known.length > 0 ? refuse('LIMIT_EXCEEDED', { field: others.field, limit }) : undefined
    })
  }
}

const dmOf = async (reader: Reader, userIds: readonly UserId[]): Promise<RoomId | undefined> =>
  reader.dm(await dmKeyOf([...new Set(userIds)]))

const NO_OTHERS: Exclude<Addition['others'], undefined> = { field: '', ids: [] }

function isAdded(answer: OkAck<ClientEvent> | Refusal, at: number): boolean {
  if (!answer.ok) return false
  const made = 'room' in answer ? answer.room : 'report' in answer ? answer.report : undefined
  return made === undefined || Date.parse(made.createdAt) >= at
}

const nothingToRefund = (): void => {}

const hourly = (count: number): Rate => ({ perSecond: count / 3_600, burst: count })
