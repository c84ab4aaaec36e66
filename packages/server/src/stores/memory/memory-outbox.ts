import type { OutboxEvent } from '../../core/ops'
import type { Claim, ClaimedStream, DeadLetter, KeptEvent, Outbox, Queue, Settlement } from '../outbox'

/** One stream of one endpoint: never without events. */
type Stream = {
  /** By seq. */
  events: KeptEvent[]
  attempts: number
  nextAt: number
  lease: string | undefined
}
type EndpointQueue = { readonly streams: Map<string, Stream>; readonly dead: Map<number, DeadLetter> }

/** The content at one moment; leases end with the process that held them. */
export type OutboxBackup = {
  readonly seq: number
  readonly events: readonly KeptEvent[]
  readonly dead: readonly DeadLetter[]
}

/** Events of a memory store. Nothing here waits, so each call is a transaction. */
export class MemoryOutbox implements Outbox {
  #seq = 0
  readonly #endpoints = new Map<string, EndpointQueue>()

  /** Within a write transaction of the store. */
  keep(events: readonly OutboxEvent[]): void {
    for (const event of events) this.#put({ ...event, seq: ++this.#seq }, 0)
  }

  async add(events: readonly OutboxEvent[]): Promise<void> {
    this.keep(events)
  }

  async claim({
    endpoint,
    nowMs,
    lease,
    untilMs,
    streams,
    events,
  }: Claim): Promise<readonly ClaimedStream[]> {
    const due = [...(this.#endpoints.get(endpoint)?.streams ?? [])]
      .filter(([, { nextAt }]) => nextAt <= nowMs)
      .sort(([, a], [, b]) => a.nextAt - b.nextAt)
      .slice(0, streams)
    return due.map(([stream, held]) => {
      held.nextAt = untilMs
      held.lease = lease
      return { stream, attempts: held.attempts, events: held.events.slice(0, events) }
    })
  }

  async settle({ endpoint, stream, lease, nowMs, delivered, dead, retry }: Settlement): Promise<void> {
    const queue = this.#queueOf(endpoint)
    const held = queue.streams.get(stream)
    if (!held) return
    const reasons = new Map(dead.map(({ seq, reason }) => [seq, reason]))
    const gone = new Set([...delivered, ...reasons.keys()])
    for (const event of held.events) {
      const reason = reasons.get(event.seq)
      if (reason !== undefined) queue.dead.set(event.seq, { ...event, deadAt: nowMs, reason })
    }
    held.events = held.events.filter(({ seq }) => !gone.has(seq))
    if (held.events.length === 0) {
      queue.streams.delete(stream)
      return
    }
    if (lease === undefined || held.lease !== lease) return
    held.lease = undefined
    held.attempts = retry?.attempts ?? 0
    held.nextAt = retry?.atMs ?? nowMs
  }

  async oldest(endpoint: string, { limit }: { limit: number }): Promise<readonly KeptEvent[]> {
    const streams = [...this.#queueOf(endpoint).streams.values()]
    return streams
      .flatMap(({ events }) => events.slice(0, limit))
      .sort(bySeq)
      .slice(0, limit)
  }

  async dead(
    endpoint: string,
    { after = 0, limit }: { after?: number; limit: number },
  ): Promise<readonly DeadLetter[]> {
    return [...this.#queueOf(endpoint).dead.values()]
      .filter(({ seq }) => seq > after)
      .sort(bySeq)
      .slice(0, limit)
  }

  async replay(
    endpoint: string,
    { nowMs, limit, ids }: { nowMs: number; limit: number; ids?: readonly string[] },
  ): Promise<number> {
    const { dead } = this.#queueOf(endpoint)
    const back = [...dead.values()]
      .filter(({ id }) => ids === undefined || ids.includes(id))
      .sort(bySeq)
      .slice(0, limit)
    for (const { deadAt: _, reason: __, ...event } of back) {
      dead.delete(event.seq)
      this.#put({ ...event, at: nowMs }, nowMs)
    }
    return back.length
  }

  async wake(endpoint: string, nowMs: number): Promise<void> {
    for (const stream of this.#queueOf(endpoint).streams.values())
      if (stream.lease === undefined)
        Object.assign(stream, { nextAt: Math.min(stream.nextAt, nowMs), attempts: 0 })
  }

  async forgetDead(
    endpoint: string,
    { beforeMs, keep, limit }: { beforeMs: number; keep: number; limit: number },
  ): Promise<number> {
    const { dead } = this.#queueOf(endpoint)
    const letters = [...dead.values()].sort(bySeq)
    const old = letters.filter(({ deadAt }, index) => deadAt < beforeMs || index < letters.length - keep)
    for (const { seq } of old.slice(0, limit)) dead.delete(seq)
    return Math.min(old.length, limit)
  }

  async queues(): Promise<readonly Queue[]> {
    return [...this.#endpoints]
      .map(([endpoint, { streams, dead }]): Queue => {
        const waiting = [...streams.values()].reduce((sum, { events }) => sum + events.length, 0)
        const first = [...streams.values()].flatMap(({ events }) => events[0] ?? []).sort(bySeq)[0]
        return { endpoint, waiting, dead: dead.size, oldestAt: first?.at }
      })
      .filter(({ waiting, dead }) => waiting + dead > 0)
      .sort((a, b) => (a.endpoint < b.endpoint ? -1 : 1))
  }

  backup(): OutboxBackup {
    const queues = [...this.#endpoints.values()]
    return {
      seq: this.#seq,
      events: queues.flatMap(({ streams }) => [...streams.values()].flatMap(({ events }) => events)),
      dead: queues.flatMap(({ dead }) => [...dead.values()]),
    }
  }

  restore({ seq, events, dead }: OutboxBackup): void {
    this.#seq = seq
    for (const event of [...events].sort(bySeq)) this.#put(event, 0)
    for (const letter of dead) this.#queueOf(letter.endpoint).dead.set(letter.seq, letter)
  }

  #put(event: KeptEvent, nextAt: number): void {
    const { streams } = this.#queueOf(event.endpoint)
    const held = streams.get(event.stream)
    if (!held) {
      streams.set(event.stream, { events: [event], attempts: 0, nextAt, lease: undefined })
      return
    }
    const last = held.events.at(-1)
    held.events.push(event)
    if (last && last.seq > event.seq) held.events.sort(bySeq)
  }

  #queueOf(endpoint: string): EndpointQueue {
    const found = this.#endpoints.get(endpoint)
    if (found) return found
    const fresh: EndpointQueue = { streams: new Map(), dead: new Map() }
    this.#endpoints.set(endpoint, fresh)
    return fresh
  }
}

const bySeq = (a: KeptEvent, b: KeptEvent): number => a.seq - b.seq
