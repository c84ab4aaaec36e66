import type { Clock } from '../ports/clock'
import type { Device } from './device'

/** So long an expired device may take to come with a fresh token; its requests are refused meanwhile. */
export const REFRESH_GRACE_MS = 4_000

/** Closes each device's connection when its token has expired, after asking for a fresh one. */
export class Lifetimes {
  readonly #timers = new Map<Device, () => void>()

  constructor(private readonly clock: Clock) {}

  /** Begins to watch, or begins again after a refresh. */
  watch(device: Device): void {
    this.unwatch(device)
    const { expiresAt } = device.identity
    if (expiresAt === undefined) return
    const ask = (): void => {
      device.connection.emit('bye', { reason: 'TOKEN_EXPIRED' })
      this.#timers.set(
        device,
        this.clock.setTimer(REFRESH_GRACE_MS, () => device.connection.close()),
      )
    }
    this.#timers.set(device, this.clock.setTimer(expiresAt - this.clock.now(), ask))
  }

  unwatch(device: Device): void {
    this.#timers.get(device)?.()
    this.#timers.delete(device)
  }

  isExpired(device: Device): boolean {
    const { expiresAt } = device.identity
    return expiresAt !== undefined && expiresAt <= this.clock.now()
  }
}
