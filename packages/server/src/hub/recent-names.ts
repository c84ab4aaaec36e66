import type { User, UserId } from '@roomful/protocol'
import { userOf, withProfileOf } from '../auth/acting-user'
import { isSameProfile } from '../core/profile'
import type { Clock } from '../ports/clock'
import type { Device } from './device'

/** No handshake takes longer; later ones read the name from the store. */
const REMEMBERED_MS = 60_000
const KEPT = 10_000

/** Recent renames and new pictures: a handshake that read the store before one must not open under the old name. */
export class RecentNames {
  readonly #names = new Map<UserId, { readonly user: User; readonly until: number }>()

  constructor(private readonly clock: Clock) {}

  note(user: User): void {
    const now = this.clock.now()
    // The oldest come first in it.
    this.#names.delete(user.id)
    this.#names.set(user.id, { user, until: now + REMEMBERED_MS })
    for (const [known, { until }] of this.#names) {
      if (until > now && this.#names.size <= KEPT) break
      this.#names.delete(known)
    }
  }

  /** To a device whose handshake may have read the store before. */
  applyTo(device: Device): void {
    const held = this.#names.get(device.userId)
    if (held && held.until > this.clock.now()) rename(device, held.user)
  }
}

/** False: it acts under this name and picture already. */
export function rename(device: Device, user: User): boolean {
  if (isSameProfile(userOf(device.identity), user)) return false
  device.identity = withProfileOf(user, device.identity)
  return true
}
