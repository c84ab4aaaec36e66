import type { UserId } from '@roomful/protocol'
import { isEnded } from '../auth/ended'
import type { Identity } from '../auth/identity'
import type { Clock } from '../ports/clock'
import type { Device } from './device'
import type { DeviceRegistry } from './device-registry'

/** No handshake takes longer; later ones read the revocation from the store. */
const REMEMBERED_MS = 60_000

/**
 * Sessions that are refused whatever the store says: those revoked a moment ago, as a handshake that had read the store
 * before must not slip in behind; and those whose revocation could not be written yet.
 */
export class Revocations {
  readonly #untilBySid = new Map<string, number>()
  readonly #held = new Set<string>()
  readonly #ended = new Map<UserId, { readonly atMs: number; readonly until: number }>()

  constructor(
    private readonly clock: Clock,
    private readonly devices: Pick<DeviceRegistry, 'all' | 'of'>,
  ) {}

  /** Ends its connections too. */
  add(sid: string): void {
    const now = this.clock.now()
    for (const [known, until] of this.#untilBySid) if (until <= now) this.#untilBySid.delete(known)
    this.#untilBySid.set(sid, now + REMEMBERED_MS)
    hangUp([...this.devices.all()].filter(({ identity }) => identity.sid === sid))
  }

  /** Refused until it is released. */
  hold(sid: string): void {
    this.#held.add(sid)
  }

  /** The store has it, or its tokens have expired. */
  release(sid: string): void {
    this.#held.delete(sid)
  }

  /** All sessions of the user were ended: with their connections. */
  end(userId: UserId, atMs: number): void {
    const now = this.clock.now()
    for (const [known, { until }] of this.#ended) if (until <= now) this.#ended.delete(known)
    this.#ended.set(userId, { atMs, until: now + REMEMBERED_MS })
    hangUp([...this.devices.of(userId)].filter(({ identity }) => isEnded(identity, atMs)))
  }

  refuses(identity: Identity): boolean {
    return this.has(identity.sid) || isEnded(identity, this.#ended.get(identity.id)?.atMs)
  }

  has(sid: string | undefined): boolean {
    if (sid === undefined) return false
    return this.#held.has(sid) || (this.#untilBySid.get(sid) ?? 0) > this.clock.now()
  }
}

function hangUp(devices: readonly Device[]): void {
  for (const device of devices) device.connection.close({ reason: 'SESSION_REVOKED' })
}
