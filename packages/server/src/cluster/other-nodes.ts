/** Three of its signs of life may be lost before a node is taken for gone. */
export const NODE_GONE_AFTER_MS = 10_000

/** A cluster has some dozens. */
const NODES_MAX = 1_000

/** Which other nodes are heard of. Time is given to it. */
export class OtherNodes {
  readonly #lastSeenAt = new Map<string, number>()

  get size(): number {
    return this.#lastSeenAt.size
  }

  /** False: it is not known, and there are more than any cluster has. */
  takes(nodeId: string): boolean {
    return this.#lastSeenAt.has(nodeId) || this.#lastSeenAt.size < NODES_MAX
  }

  /** True: it was not known, or was taken for gone. */
  noteAlive(nodeId: string, now: number): boolean {
    const isNew = !this.#lastSeenAt.has(nodeId)
    this.#lastSeenAt.set(nodeId, now)
    return isNew
  }

  forget(nodeId: string): boolean {
    return this.#lastSeenAt.delete(nodeId)
  }

  /** After an outage of one's own: that nobody was heard says nothing about them. */
  pardon(now: number): void {
    for (const nodeId of this.#lastSeenAt.keys()) this.#lastSeenAt.set(nodeId, now)
  }

  /** Forgets, and answers, those that have been silent for too long. */
  takeGone(now: number): string[] {
    const gone = [...this.#lastSeenAt]
      .filter(([, at]) => at + NODE_GONE_AFTER_MS <= now)
      .map(([nodeId]) => nodeId)
    for (const nodeId of gone) this.#lastSeenAt.delete(nodeId)
    return gone
  }
}
