import type { WorldContext } from './context'
import type { Random } from './random'

/** One direction of one connection. What arrives, arrives in the order in which it was given, as on TCP. */
export class Pipe {
  /** Nothing that is under way or given later arrives. */
  isDead = false
  #lastAt = 0
  #stalledUntil = 0

  constructor(
    private readonly context: WorldContext,
    private readonly random: Random,
    private readonly label: string,
  ) {}

  /** `late`: it alone comes so much later, out of the order. */
  send(deliver: () => void, late?: number): void {
    if (this.isDead) return
    const { time } = this.context
    let at = time.now + this.#latency() + (late ?? 0)
    if (late === undefined) {
      at = Math.max(at, this.#lastAt, this.#stalledUntil)
      this.#lastAt = at
    }
    time.schedule(at - time.now, this.label, () => {
      if (!this.isDead) deliver()
    })
  }

  /** Everything waits for so long, and is not lost. */
  stall(ms: number): void {
    this.#stalledUntil = Math.max(this.#stalledUntil, this.context.time.now + ms)
  }

  #latency(): number {
    const { latencyMs, slowFrame, slowFrameMs } = this.context.rates
    const [least, most] = latencyMs
    const slow = this.random.chance(slowFrame) ? this.random.next() * slowFrameMs : 0
    return Math.round(least + this.random.next() * (most - least) + slow)
  }
}
