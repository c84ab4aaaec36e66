import type { Clock } from '../ports/clock'

/** No handshake takes longer; later ones read the revocation from the store. */
const REMEMBERED_MS = 60_000

/**
 * Sessions that are refused whatever the store says: those revoked a moment ago, as a handshake that had read the store
 * before must not slip in behind; and those whose revocation could not be written yet.
 */
export class Revocations {
  readonly #untilBySid = new Map<string, number>()
  readonly #held = new Set<string>()

  constructor(private readonly clock: Clock) {}

  add(sid: string): void {
    const now = this.clock.now()
    for (const [known, until] of this.#untilBySid) if (until <= now) this.#untilBySid.delete(known)
    this.#untilBySid.set(sid, now + REMEMBERED_MS)
  }

  /** Refused until it is released. */
  hold(sid: string): void {
    this.#held.add(sid)
  }

  /** The store has it, or its tokens have expired. */
  release(sid: string): void {
    this.#held.delete(sid)
  }

  has(sid: string | undefined): boolean {
    if (sid === undefined) return false
    return this.#held.has(sid) || (this.#untilBySid.get(sid) ?? 0) > this.clock.now()
  }
}
