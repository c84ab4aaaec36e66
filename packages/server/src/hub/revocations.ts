import type { UserId } from '@roomful/protocol'
import { isEnded } from '../auth/ended'
import type { Identity } from '../auth/identity'
import type { Clock } from '../ports/clock'
import type { Device } from './device'
import type { DeviceRegistry } from './device-registry'
import { Recent } from './recent'

/** No handshake takes longer; later ones read the revocation from the store. */
const REMEMBERED_MS = 60_000

/**
 * Sessions that are refused whatever the store says: those revoked a moment ago, as a handshake that had read the store
 * before must not slip in behind; and those whose revocation could not be written yet.
 */
export class Revocations {
  readonly #revoked: Recent<string, true>
  readonly #held = new Set<string>()
  readonly #ended: Recent<UserId, number>

  constructor(
    clock: Clock,
    private readonly devices: Pick<DeviceRegistry, 'all' | 'of'>,
  ) {
    this.#revoked = new Recent(clock, REMEMBERED_MS)
    this.#ended = new Recent(clock, REMEMBERED_MS)
  }

  /** Ends its connections too. */
  add(sid: string): void {
    const isKnown = this.#revoked.get(sid) ?? false
    this.#revoked.note(sid, true)
    // Since the first time none has been let in; while the disk is full, each is repeated every second.
    if (!isKnown) hangUp([...this.devices.all()].filter(({ identity }) => identity.sid === sid))
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
    this.#ended.note(userId, atMs)
    hangUp(this.#devicesBefore(userId, atMs))
  }

  /** Is one of their connections older than this end of all sessions? */
  concerns(userId: UserId, atMs: number): boolean {
    return this.#devicesBefore(userId, atMs).length > 0
  }

  refuses(identity: Identity): boolean {
    return this.has(identity.sid) || isEnded(identity, this.#ended.get(identity.id))
  }

  has(sid: string | undefined): boolean {
    return sid !== undefined && (this.#held.has(sid) || this.#revoked.get(sid) !== undefined)
  }

  #devicesBefore(userId: UserId, atMs: number): readonly Device[] {
    return [...this.devices.of(userId)].filter(({ identity }) => isEnded(identity, atMs))
  }
}

function hangUp(devices: readonly Device[]): void {
  for (const device of devices) device.connection.close({ reason: 'SESSION_REVOKED' })
}
