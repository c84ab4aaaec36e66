import type { ClientEvent, OkAck, Payload, UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { Rates } from '../handlers/rates'
import type { Rate } from '../handlers/token-bucket'
import type { Peer } from '../hub/peer'
import type { Clock } from '../ports/clock'
import type { Store } from '../stores/port'

/** What stays is counted by the hour: it costs others again and again. 0: no limit. */
export type QuotaLimits = {
  readonly roomsPerHour: number
  readonly membersPerHour: number
  /** Rooms that a user may be in, to make or join one more. */
  readonly roomsPerUser: number
}

/** Reports of one user: each is read by a person. */
const REPORTS_PER_HOUR = 200

/** What a request adds to the server, if it is taken. */
type Addition = {
  readonly rooms?: number
  readonly members?: number
  readonly reports?: number
  /** The asking user comes into a room. */
  readonly comes?: true
}

const ADDITIONS: { readonly [E in ClientEvent]?: (payload: Payload<E>, userId: UserId) => Addition } = {
  'create-room': ({ members = [] }) => ({ rooms: 1, members: members.length, comes: true }),
  'open-dm': ({ userIds }) => ({ rooms: 1, members: userIds.length, comes: true }),
  'add-member': ({ userId }, asking) =>
    userId === undefined || userId === asking ? { comes: true } : { members: 1 },
  'report-message': () => ({ reports: 1 }),
}

/** Gives back what was not added: the request was refused, or the room was there already. */
export type Settle<E extends ClientEvent> = (answer: OkAck<E> | Refusal) => void

export type QuotaDeps = {
  readonly store: Pick<Store, 'read'>
  readonly clock: Clock
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

  /** Counts what the request will add, or says why it may not. */
  async take<E extends ClientEvent>(peer: Peer, event: E, payload: Payload<E>): Promise<Settle<E> | Refusal> {
    const addition = ADDITIONS[event]?.(payload, peer.userId)
    if (!addition) return nothingToSettle
    if (addition.comes && (await this.#isFull(peer.userId)))
      return refuse('LIMIT_EXCEEDED', { limit: this.deps.limits.roomsPerUser })
    if (peer.identity.admin) return nothingToSettle
    const wanted = (['rooms', 'members', 'reports'] as const).flatMap((kind) => {
      const count = addition[kind] ?? 0
      return count > 0 ? [{ bucket: this.#rates[kind].of(peer.userId), count }] : []
    })
    const spent = wanted.find(({ bucket }) => bucket.isSpent)?.bucket
    if (spent) return refuse('RATE_LIMITED', { retryAfterMs: spent.retryAfterMs })
    // The last of an hour may overdraw: the next one waits for it.
    for (const { bucket, count } of wanted) bucket.spend(count)
    const at = this.deps.clock.now()
    return (answer) => {
      if (isAdded(answer, at)) return
      for (const { bucket, count } of wanted) bucket.spend(-count)
    }
  }

  async #isFull(userId: UserId): Promise<boolean> {
    const { store, limits } = this.deps
    if (limits.roomsPerUser === 0) return false
    return (await store.read((reader) => reader.inRooms([userId], limits.roomsPerUser))).has(userId)
  }
}

function isAdded(answer: OkAck<ClientEvent> | Refusal, at: number): boolean {
  if (!answer.ok) return false
  const made = 'room' in answer ? answer.room : 'report' in answer ? answer.report : undefined
  return made === undefined || Date.parse(made.createdAt) >= at
}

const nothingToSettle = (): void => {}

const hourly = (count: number): Rate => ({ perSecond: count / 3_600, burst: count })
