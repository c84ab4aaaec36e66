import type { WorldContext } from './context'
import type { Random } from './random'

/** One direction of one connection. Frames arrive in the order in which they were sent, as on TCP. */
export class Pipe {
  /** No frame in flight, and none sent later, arrives. */
  isDead = false
  #lastAt = 0
  #stalledUntil = 0

  constructor(
    private readonly context: WorldContext,
    private readonly random: Random,
    private readonly label: string,
  ) {}

  /** `late`: this frame alone comes this much later, out of order. */
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

  /** Every frame waits this long, and none is lost. */
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
