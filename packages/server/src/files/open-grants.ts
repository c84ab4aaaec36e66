import type { UserId } from '@roomful/protocol'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import type { UploadGrant } from './upload-quota'

/** Longer than an address is valid; then its bytes no longer count as promised. */
const OPEN_MS = 3_600_000
/** Begun uploads of one user that are not finished: an album. */
const OPEN_PER_USER = 100

type Open = { readonly grant: UploadGrant; readonly until: number }

/** The grants of uploads that were begun here, until they are finished or expire. */
export class OpenGrants {
  readonly #users = new Map<UserId, Map<string, Open>>()

  constructor(private readonly clock: Clock) {}

  /** RATE_LIMITED: this user has begun too many. */
  refusal(userId: UserId): Refusal | undefined {
    this.#expire()
    const open = this.#users.get(userId)
    const [oldest] = open?.values() ?? []
    if (!open || !oldest || open.size < OPEN_PER_USER) return undefined
    return refuse('RATE_LIMITED', { limit: OPEN_PER_USER, retryAfterMs: oldest.until - this.clock.now() })
  }

  add(userId: UserId, id: string, grant: UploadGrant): void {
    const open = this.#users.get(userId) ?? new Map<string, Open>()
    this.#users.delete(userId)
    this.#users.set(userId, open.set(id, { grant, until: this.clock.now() + OPEN_MS }))
  }

  take(userId: UserId, id: string): UploadGrant | undefined {
    const open = this.#users.get(userId)
    const found = open?.get(id)
    open?.delete(id)
    if (open?.size === 0) this.#users.delete(userId)
    return found?.grant
  }

  /** Users are in the order of their latest upload, and their uploads in the order of their beginning. */
  #expire(): void {
    const now = this.clock.now()
    for (const [userId, open] of this.#users) {
      for (const [id, { grant, until }] of open) {
        if (until > now) break
        open.delete(id)
        grant.lapse()
      }
      if (open.size > 0) continue
      this.#users.delete(userId)
    }
  }
}
