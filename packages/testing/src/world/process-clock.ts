import type { VirtualTime } from './virtual-time'

/**
 * The clock of one process or device: it may be wrong, may jump, stands still while the device sleeps (except for the
 * time of day), and its timers die with it. Client and server have the same port for it.
 */
export class ProcessClock {
  /** How far it is ahead of the true time. */
  skewMs = 0
  #timers = 0
  #dead = false
  #held: (() => void)[] | null = null
  #sleepsSince: number | null = null
  #sleptMs = 0

  constructor(
    private readonly time: VirtualTime,
    private readonly label: string,
  ) {}

  /** Timers that are set and have not fired. */
  get timers(): number {
    return this.#timers
  }

  get isDead(): boolean {
    return this.#dead
  }

  now = (): number => Math.floor(this.time.now + this.skewMs)

  /** Independent of the time of day and of sleep. */
  monotonic = (): number => Math.floor((this.#sleepsSince ?? this.time.now) - this.#sleptMs)

  setTimer = (ms: number, fn: () => void): (() => void) => {
    if (this.#dead) return () => {}
    this.#timers++
    let isOpen = true
    const finish = (): void => {
      if (!isOpen) return
      if (this.#held !== null) {
        this.#held.push(finish)
        return
      }
      isOpen = false
      this.#timers--
      if (!this.#dead) fn()
    }
    const cancel = this.time.schedule(ms, this.label, finish)
    return () => {
      cancel()
      if (!isOpen) return
      isOpen = false
      this.#timers--
    }
  }

  /** Timers that come due wait until it wakes. */
  sleep(): void {
    this.#held ??= []
    this.#sleepsSince ??= this.time.now
  }

  wake(): void {
    const held = this.#held
    this.#held = null
    if (this.#sleepsSince !== null) this.#sleptMs += this.time.now - this.#sleepsSince
    this.#sleepsSince = null
    for (const run of held ?? []) run()
  }

  /** Nothing fires any more. */
  kill(): void {
    this.#dead = true
    this.#held = null
  }
}
