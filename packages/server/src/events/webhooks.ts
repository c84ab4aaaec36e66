import type { Clock } from '../ports/clock'
import type { DeadLetter, Outbox } from '../stores/outbox'
import type { WebhookEndpoint } from './endpoint'

const PAGE_MAX = 500
/** Dead letters of one transaction. */
const STEP = 500

/** One endpoint: what waits for it, and its dead letters. */
export type WebhookState = {
  readonly id: string
  /** Undefined: the options name no such endpoint (any more), and nothing is delivered to it. */
  readonly url: string | undefined
  readonly waiting: number
  readonly dead: number
  /** Since when the oldest event has been waiting, ISO 8601. Undefined: none waits. */
  readonly oldestAt: string | undefined
}

/** An event that is given up. `body` is what would be posted. Times in milliseconds since the epoch. */
export type DeadWebhook = Omit<DeadLetter, 'stream'>
export type DeadWebhooks = {
  readonly letters: readonly DeadWebhook[]
  /** Pass it as `after` for the next page. Undefined: there is none. */
  readonly next: number | undefined
}

/**
 * The webhooks of a server's database. Each call rejects with a StoreError while it is not available.
 *
 * @example
 * const chat = await createChatServer({ port: 0, database: 'memory:', guests: true })
 * const { letters } = await chat.webhooks.dead('app')
 * const again = await chat.webhooks.replay('app', { ids: letters.map(({ id }) => id) })
 * console.log(`${again} of ${letters.length} wait again`)
 * await chat.close()
 */
export interface Webhooks {
  /** Configured endpoints, and those that only the database knows. */
  list(): Promise<readonly WebhookState[]>
  /** Dead letters of this endpoint, oldest first: 100 by default, and 500 at most. */
  dead(id: string, query?: { readonly after?: number; readonly limit?: number }): Promise<DeadWebhooks>
  /**
   * Lets dead letters wait again, at their old place: those with these ids (at most 500), or all. Returns how many. All
   * that waits for the endpoint is tried at once.
   */
  replay(id: string, query?: { readonly ids?: readonly string[] }): Promise<number>
}

export function webhooksOf({
  endpoints,
  outbox,
  clock,
}: {
  readonly endpoints: readonly WebhookEndpoint[]
  readonly outbox: Outbox
  readonly clock: Pick<Clock, 'now'>
}): Webhooks {
  return {
    async list() {
      const queues = new Map((await outbox.queues()).map((queue) => [queue.endpoint, queue]))
      const urls = new Map(endpoints.map(({ id, url }) => [id, url]))
      return [...new Set([...urls.keys(), ...queues.keys()])].map((id): WebhookState => {
        const { waiting = 0, dead = 0, oldestAt } = queues.get(id) ?? {}
        const oldest = oldestAt === undefined ? undefined : new Date(oldestAt).toISOString()
        return { id, url: urls.get(id), waiting, dead, oldestAt: oldest }
      })
    },
    async dead(id, { after, limit = 100 } = {}) {
      const page = Math.max(1, Math.min(limit, PAGE_MAX))
      const found = await outbox.dead(id, { ...(after === undefined ? {} : { after }), limit: page + 1 })
      const letters = found.slice(0, page)
      const next = found.length > page ? letters.at(-1)?.seq : undefined
      return { letters: letters.map(({ stream: _, ...letter }) => letter), next }
    },
    async replay(id, { ids } = {}) {
      const query = {
        nowMs: clock.now(),
        limit: STEP,
        ...(ids === undefined ? {} : { ids: ids.slice(0, STEP) }),
      }
      const dead = (await outbox.queues()).find(({ endpoint }) => endpoint === id)?.dead ?? 0
      let replayed = 0
      // Each step is a transaction, and other work has its turn in between. No more than there were: a receiver may
      // refuse them again meanwhile.
      for (let step = STEP; step === STEP && replayed < dead; replayed += step)
        step = await outbox.replay(id, query)
      await outbox.wake(id, clock.now())
      return replayed
    },
  }
}
