import type { OutboxEvent } from '../core/ops'

/** An event as it is kept. `seq`: its place among all; it never changes. */
export type KeptEvent = OutboxEvent & { readonly seq: number }

/** A dead letter: nobody tries to deliver it any more. `deadAt`: milliseconds since the epoch. */
export type DeadLetter = KeptEvent & { readonly deadAt: number; readonly reason: string }

/** A stream of one endpoint that was leased, with its first events. */
export type ClaimedStream = {
  readonly stream: string
  /** Failed attempts at its first event. */
  readonly attempts: number
  readonly events: readonly KeptEvent[]
}

export type Claim = {
  readonly endpoint: string
  readonly nowMs: number
  /** Names this claim. */
  readonly lease: string
  readonly untilMs: number
  readonly streams: number
  /** Of each stream. */
  readonly events: number
}

export type Settlement = {
  readonly endpoint: string
  readonly stream: string
  /** Absent: only its events are removed; the stream stays with the holder of its lease. */
  readonly lease?: string
  readonly nowMs: number
  readonly delivered: readonly number[]
  readonly dead: readonly { readonly seq: number; readonly reason: string }[]
  /** When the stream is tried again, after how many failed attempts. At once, and none, if it is absent. */
  readonly retry?: { readonly atMs: number; readonly attempts: number }
}

/** What waits for one endpoint, and its dead letters. */
export type Queue = {
  readonly endpoint: string
  readonly waiting: number
  readonly dead: number
  /** Since when the oldest one has been waiting, in milliseconds since the epoch. Undefined: none waits. */
  readonly oldestAt: number | undefined
}

/**
 * Events that wait until they are delivered. Guarantees of every implementation:
 * - Events of one commit are kept if and only if it is (`Plan.outbox`, and `outbox` of the other writes).
 * - Events of one room are claimed in the order of their commits.
 * - A claimed stream is not claimed again before its lease ends or it is settled, on any number of processes.
 * - An event leaves only by `settle`.
 */
export interface Outbox {
  /** Keeps events that come from no commit. */
  add(events: readonly OutboxEvent[]): Promise<void>
  /** Leases some of the streams whose time has come, those that have waited longest first. */
  claim(claim: Claim): Promise<readonly ClaimedStream[]>
  /** Removes what was delivered, moves the dead, and ends the lease if it is still held. */
  settle(settlement: Settlement): Promise<void>
  /** The events that have waited longest for this endpoint, first of all of its streams. */
  oldest(endpoint: string, query: { limit: number }): Promise<readonly KeptEvent[]>
  /** Dead letters of one endpoint by `seq`, after that one. */
  dead(endpoint: string, query: { after?: number; limit: number }): Promise<readonly DeadLetter[]>
  /**
   * Lets some dead letters of this endpoint wait again, at their old place: those with these ids, or the oldest ones.
   * Returns how many.
   */
  replay(endpoint: string, query: { nowMs: number; limit: number; ids?: readonly string[] }): Promise<number>
  /** All streams of the endpoint that wait after a failed attempt are tried at once. */
  wake(endpoint: string, nowMs: number): Promise<void>
  /** Drops some of the endpoint's dead letters: those that died before that time, and the oldest beyond `keep`. */
  forgetDead(endpoint: string, query: { beforeMs: number; keep: number; limit: number }): Promise<number>
  /** By endpoint; those that have neither events nor dead letters are left out. */
  queues(): Promise<readonly Queue[]>
}
