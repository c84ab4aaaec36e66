import { v7 } from 'uuid'
import { Member } from './member'

export const ROOM = 'bench'
export const MEMBERS = 100
export const SENDERS = 10
export const IN_FLIGHT = 5
const TEXT = 'As long as what people write to each other in a room most of the time.'
/** After the last ack the last deliveries are in flight; on a busy machine they take a moment. */
const DELIVERY_PATIENCE_MS = 30_000

/** The results of one run of the crowd. `latencies`: from a send to its ack, in milliseconds, ascending. */
export type Seen = {
  readonly sends: number
  readonly seconds: number
  readonly latencies: readonly number[]
  /** The one member who reads everything received this many messages out of the order of seqs. */
  readonly disorder: number
}

/** All members of one room, each with their own connection. The first of them reads everything. */
export class Crowd {
  private constructor(
    private readonly members: readonly Member[],
    private readonly clientId: () => string,
  ) {}

  /** `clientId` makes the ids of sends. By default they sort by time, as the SDK's do. */
  static async gather(url: string, clientId: () => string = v7): Promise<Crowd> {
    const members: Member[] = []
    for (let n = 0; n < MEMBERS; n++) {
      const member = new Member(url, `user-${n}`, n === 0)
      members.push(member)
      await member.enter(ROOM)
    }
    return new Crowd(members, clientId)
  }

  /** 10 members keep 5 sends each in flight for this long; then every delivery is awaited and checked. */
  async run(ms: number): Promise<Seen> {
    for (const member of this.members) member.deliveries = 0
    const latencies: number[] = []
    const startedAt = performance.now()
    const keepSending = async (member: Member): Promise<void> => {
      while (performance.now() < startedAt + ms) {
        const sentAt = performance.now()
        await member.ask('send-message', { roomId: ROOM, content: TEXT, clientId: this.clientId() })
        latencies.push(performance.now() - sentAt)
      }
    }
    const senders = this.members.slice(-SENDERS)
    await Promise.all(
      senders.flatMap((member) => Array.from({ length: IN_FLIGHT }, () => keepSending(member))),
    )
    const seconds = (performance.now() - startedAt) / 1_000
    await this.#allDelivered(latencies.length)
    return {
      sends: latencies.length,
      seconds,
      latencies: latencies.sort((a, b) => a - b),
      disorder: this.#checkedDisorder(latencies.length),
    }
  }

  leave(): void {
    for (const member of this.members) member.leave()
  }

  async #allDelivered(sends: number): Promise<void> {
    const deadline = performance.now() + DELIVERY_PATIENCE_MS
    while (this.members.some(({ deliveries }) => deliveries < sends) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 5))
    const wrong = this.members.find(({ deliveries }) => deliveries !== sends)
    if (wrong) throw new Error(`of ${sends} sends ${wrong.deliveries} were delivered to ${wrong.id}`)
  }

  /** Throws unless the reader received each seq once, without a hole. */
  #checkedDisorder(sends: number): number {
    const seqs = this.members[0]?.seqs.splice(0) ?? []
    const sorted = [...seqs].sort((a, b) => a - b)
    const first = sorted[0] ?? 0
    if (sorted.length !== sends || sorted.some((seq, i) => seq !== first + i))
      throw new Error('the seqs that were seen have a hole, or one came twice')
    return seqs.filter((seq, i) => seq < (seqs[i - 1] ?? 0)).length
  }
}
