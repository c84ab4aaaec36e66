import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { Rates } from '../handlers/rates'
import type { Rate } from '../handlers/token-bucket'
import type { Peer } from '../hub/peer'
import type { Clock } from '../ports/clock'

/** What stays, and is therefore counted by the hour: it costs others again and again. 0: no limit. */
export type QuotaLimits = { readonly roomsPerHour: number; readonly membersPerHour: number }

/** What one user may add to this server in an hour, over all of their devices. */
export class Quotas {
  readonly #rooms: Rates<UserId>
  readonly #members: Rates<UserId>

  constructor({ roomsPerHour, membersPerHour }: QuotaLimits, clock: Clock) {
    this.#rooms = new Rates(hourly(roomsPerHour), clock)
    this.#members = new Rates(hourly(membersPerHour), clock)
  }

  /** A new room with so many members beside its maker; undefined: it may be made, and is counted. */
  takeRoom(peer: Peer, members: number): Refusal | undefined {
    return this.#take(this.#rooms, peer, 1) ?? this.takeMembers(peer, members)
  }

  takeMembers(peer: Peer, count: number): Refusal | undefined {
    return count === 0 ? undefined : this.#take(this.#members, peer, count)
  }

  /** The room was there already. */
  giveBackRoom(peer: Peer, members: number): void {
    if (peer.identity.admin) return
    this.#rooms.of(peer.userId).spend(-1)
    this.#members.of(peer.userId).spend(-members)
  }

  /** The last of them may overdraw: the next one waits for it. A server admin sets up rooms for others. */
  #take(rates: Rates<UserId>, peer: Peer, count: number): Refusal | undefined {
    if (peer.identity.admin) return undefined
    const bucket = rates.of(peer.userId)
    if (bucket.isSpent) return refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs })
    bucket.spend(count)
    return undefined
  }
}

const hourly = (count: number): Rate => ({ perSecond: count / 3_600, burst: count })
