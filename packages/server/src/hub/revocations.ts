import type { Clock } from '../ports/clock'

/** No handshake takes longer; later ones read the revocation from the store. */
const REMEMBERED_MS = 60_000

/** Sessions revoked a moment ago: a handshake that had read the store before must not slip in behind. */
export class Revocations {
  readonly #untilBySid = new Map<string, number>()

  constructor(private readonly clock: Clock) {}

  add(sid: string): void {
    const now = this.clock.now()
    for (const [known, until] of this.#untilBySid) if (until <= now) this.#untilBySid.delete(known)
    this.#untilBySid.set(sid, now + REMEMBERED_MS)
  }

  has(sid: string | undefined): boolean {
    return sid !== undefined && (this.#untilBySid.get(sid) ?? 0) > this.clock.now()
  }
}
