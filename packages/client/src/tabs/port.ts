/** An exclusive lock that this tab holds. */
export type LockHold = {
  /** Another tab has stolen it. Never resolves otherwise. */
  readonly lost: Promise<void>
  release(): void
}

/**
 * The other tabs of this origin, as far as the platform shows them. Guarantees: a lock has one holder at a time, and is
 * free as soon as its holder's tab is gone, for any reason; messages of one tab reach every other open tab once, in the
 * order in which they were posted, and never the poster. A frozen tab receives and does nothing until it wakes.
 */
export interface TabsPort {
  /**
   * `wait`: in the queue with the others; null when the signal ends it. `try`: null when it is taken. `steal`: at once,
   * from any holder. Rejects where locks are forbidden.
   */
  lock(name: string, how: 'wait' | 'try' | 'steal', signal?: AbortSignal): Promise<LockHold | null>
  /** Resolves when everything that happened to the locks before is known here: a theft, above all. */
  settled(): Promise<void>
  channel(
    name: string,
    onMessage: (message: unknown) => void,
  ): { post(message: unknown): void; close(): void }
  isVisible(): boolean
  /**
   * `hidden` and `frozen` when they start, `visible` when the user returns to it. Returns the function that stops it.
   */
  onPage(listener: (state: 'visible' | 'hidden' | 'frozen') => void): () => void
}
