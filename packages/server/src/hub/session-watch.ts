import type { UserId } from '@roomful/protocol'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Revocations } from './revocations'

/** With the query's own time this stays within the second in which a revoked session ends on every node (P8). */
const EVERY_MS = 750
/** Sessions of one query. */
const PAGE = 1_000

export type SessionWatchDeps = {
  readonly clock: Clock
  readonly log: Log
  /** Other nodes write to the same database. A single node knows all revocations. */
  readonly isShared: boolean
  /** The sessions of this node's devices. */
  readonly sids: () => Iterable<string>
  /** Those among them that are revoked. */
  readonly readRevoked: (sids: readonly string[]) => Promise<readonly string[]>
  readonly userIds: () => Iterable<UserId>
  /** Of these users, those whose sessions were all ended, and when. */
  readonly readEnded: (userIds: readonly UserId[]) => Promise<ReadonlyMap<UserId, number>>
  readonly revocations: Pick<Revocations, 'add' | 'end' | 'concerns'>
}

/**
 * Finds in the database which of this node's sessions another node has revoked. That node also publishes it, but the bus
 * may be down or frozen, or lose the message.
 */
export class SessionWatch {
  #cancel: (() => void) | undefined
  #stopped = false
  #isFailing = false

  constructor(private readonly deps: SessionWatchDeps) {
    if (deps.isShared) this.#arm()
  }

  stop(): void {
    this.#stopped = true
    this.#cancel?.()
  }

  /** One check at a time: a slow database gets fewer queries. */
  #arm(): void {
    this.#cancel = this.deps.clock.setTimer(EVERY_MS, () => {
      void this.#look().then(() => {
        if (!this.#stopped) this.#arm()
      })
    })
  }

  async #look(): Promise<void> {
    const sids = [...new Set(this.deps.sids())]
    try {
      for (let at = 0; at < sids.length && !this.#stopped; at += PAGE)
        for (const sid of await this.deps.readRevoked(sids.slice(at, at + PAGE)))
          this.deps.revocations.add(sid)
      const userIds = [...this.deps.userIds()]
      for (let at = 0; at < userIds.length && !this.#stopped; at += PAGE)
        // Most have signed in again since. An older device that comes in behind is found by the next look.
        for (const [userId, atMs] of await this.deps.readEnded(userIds.slice(at, at + PAGE)))
          if (this.deps.revocations.concerns(userId, atMs)) this.deps.revocations.end(userId, atMs)
      this.#isFailing = false
    } catch (error) {
      if (!this.#isFailing)
        this.deps.log.warn({ err: error }, 'this node cannot see which sessions others have revoked')
      this.#isFailing = true
    }
  }
}
