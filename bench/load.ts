import type { BenchMember, EnterRoom } from './member'

/** After the last ack the last deliveries are in flight; on a busy machine they take a moment. */
const DELIVERY_PATIENCE_MS = 30_000
/** More unanswered sends than this: the server does not keep up, and a queue would be measured. */
const UNANSWERED_MAX = 5_000

/** `latencies`: from a send to its acknowledgement, in milliseconds, ascending. */
export type Seen = {
  readonly sends: number
  readonly seconds: number
  readonly latencies: readonly number[]
}

/** All members of one room. The first ones send. */
export class Load {
  private constructor(readonly members: readonly BenchMember[]) {}

  static async enter(enter: EnterRoom, url: string, members: number): Promise<Load> {
    const all: BenchMember[] = []
    // One after the other: what an entrance costs is not measured here.
    while (all.length < members) all.push(await enter(url, `user-${all.length}`))
    return new Load(all)
  }

  /** Each of `senders` keeps `inFlight` sends unanswered, for this long: how much a server can do. */
  closed(ms: number, senders: number, inFlight: number): Promise<Seen> {
    return this.#measured(async (latencies, startedAt) => {
      const keepSending = async (member: BenchMember): Promise<void> => {
        while (performance.now() < startedAt + ms) {
          const sentAt = performance.now()
          await member.send()
          latencies.push(performance.now() - sentAt)
        }
      }
      const sending = this.members.slice(0, senders)
      await Promise.all(sending.flatMap((one) => Array.from({ length: inFlight }, () => keepSending(one))))
    })
  }

  /**
   * Sends at a rate, whether earlier ones are answered or not; a latency begins when its send was due. `undefined`: the
   * server did not keep up.
   */
  async open(ms: number, senders: number, perSecond: number): Promise<Seen | undefined> {
    let isBehind = false
    const seen = await this.#measured(async (latencies, startedAt) => {
      const waiting = new Set<Promise<void>>()
      let issued = 0
      while (performance.now() < startedAt + ms && !isBehind) {
        const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond)
        for (; issued < due; issued++) {
          // The first is due when one interval has passed.
          const dueAt = startedAt + ((issued + 1) / perSecond) * 1_000
          const member = this.members[issued % senders]
          const answered = member?.send().then(() => {
            latencies.push(performance.now() - dueAt)
            waiting.delete(answered as Promise<void>)
          })
          if (answered) waiting.add(answered)
        }
        isBehind = waiting.size > UNANSWERED_MAX
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
      await Promise.all(waiting)
    })
    return isBehind || seen.seconds > (ms / 1_000) * 1.1 ? undefined : seen
  }

  leave(): void {
    for (const member of this.members) member.leave()
  }

  async #measured(work: (latencies: number[], startedAt: number) => Promise<void>): Promise<Seen> {
    for (const member of this.members) member.deliveries = 0
    const latencies: number[] = []
    const startedAt = performance.now()
    await work(latencies, startedAt)
    const seconds = (performance.now() - startedAt) / 1_000
    await this.#allDelivered(latencies.length)
    return { sends: latencies.length, seconds, latencies: latencies.sort((a, b) => a - b) }
  }

  /** Throws unless each message reached each member once. */
  async #allDelivered(sends: number): Promise<void> {
    const deadline = performance.now() + DELIVERY_PATIENCE_MS
    while (this.members.some(({ deliveries }) => deliveries < sends) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    const wrong = this.members.findIndex(({ deliveries }) => deliveries !== sends)
    if (wrong >= 0)
      throw new Error(`of ${sends} sends ${this.members[wrong]?.deliveries} reached member ${wrong}`)
  }
}

/** The value below which this part of an ascending list lies. */
export const quantile = (ascending: readonly number[], part: number): number =>
  ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * part))] ?? Number.NaN
