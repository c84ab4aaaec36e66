/** Three heartbeats may be lost before a node counts as gone. */
export const NODE_GONE_AFTER_MS = 10_000

/** A cluster has dozens of nodes. */
const NODES_MAX = 1_000

/** The other nodes that are alive. Time is an input. */
export class OtherNodes {
  readonly #lastSeenAt = new Map<string, number>()

  get size(): number {
    return this.#lastSeenAt.size
  }

  /** False: it is unknown, and there are more nodes than any cluster has. */
  takes(nodeId: string): boolean {
    return this.#lastSeenAt.has(nodeId) || this.#lastSeenAt.size < NODES_MAX
  }

  /** True: it was unknown, or counted as gone. */
  noteAlive(nodeId: string, now: number): boolean {
    const isNew = !this.#lastSeenAt.has(nodeId)
    this.#lastSeenAt.set(nodeId, now)
    return isNew
  }

  forget(nodeId: string): boolean {
    return this.#lastSeenAt.delete(nodeId)
  }

  /** After an outage of this node: the silence of the others means nothing. */
  pardon(now: number): void {
    for (const nodeId of this.#lastSeenAt.keys()) this.#lastSeenAt.set(nodeId, now)
  }

  /** Removes and returns the nodes that have been silent for too long. */
  takeGone(now: number): string[] {
    const gone = [...this.#lastSeenAt]
      .filter(([, at]) => at + NODE_GONE_AFTER_MS <= now)
      .map(([nodeId]) => nodeId)
    for (const nodeId of gone) this.#lastSeenAt.delete(nodeId)
    return gone
  }
}
