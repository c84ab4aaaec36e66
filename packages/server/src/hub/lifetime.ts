import type { Clock } from '../ports/clock'
import type { Peer } from './peer'

/** So long an expired device may take to come with a fresh token; its requests are refused meanwhile. */
export const REFRESH_GRACE_MS = 4_000

/** Ends each device's line when its token has expired: asks for a fresh one first. */
export class Lifetimes {
  readonly #timers = new Map<Peer, () => void>()

  constructor(private readonly clock: Clock) {}

  /** Begins to watch, or begins again after a refresh. */
  watch(peer: Peer): void {
    this.unwatch(peer)
    const { expiresAt } = peer.identity
    if (expiresAt === undefined) return
    const ask = (): void => {
      peer.line.emit('bye', { reason: 'TOKEN_EXPIRED' })
      this.#timers.set(
        peer,
        this.clock.setTimer(REFRESH_GRACE_MS, () => peer.line.close()),
      )
    }
    this.#timers.set(peer, this.clock.setTimer(expiresAt - this.clock.now(), ask))
  }

  unwatch(peer: Peer): void {
    this.#timers.get(peer)?.()
    this.#timers.delete(peer)
  }

  isExpired(peer: Peer): boolean {
    const { expiresAt } = peer.identity
    return expiresAt !== undefined && expiresAt <= this.clock.now()
  }
}
