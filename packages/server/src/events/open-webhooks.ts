import type { AsyncClosable } from '@roomful/protocol'
import { systemClock } from '../ports/clock'
import { databaseOf } from '../stores/database-url'
import type { Outbox } from '../stores/outbox'
import type { WebhookEndpoint } from './endpoint'
import { type Webhooks, webhooksOf } from './webhooks'

/** `webhooks` of a server that may run elsewhere. */
export interface OpenWebhooks extends Webhooks, AsyncClosable {
  close(): Promise<void>
}

/**
 * The webhooks of a database, also while servers run on it: they notice within a second. `endpoints`: those of the
 * servers' configuration, for their addresses. Rejects if the database is not there, or has no tables of this version.
 *
 * @example
 * const replayAll = async (database: string): Promise<void> => {
 *   const webhooks = await openWebhooks(database)
 *   for (const { id, dead } of await webhooks.list()) if (dead > 0) await webhooks.replay(id)
 *   await webhooks.close()
 * }
 */
export async function openWebhooks(
  url: string,
  endpoints: readonly WebhookEndpoint[] = [],
): Promise<OpenWebhooks> {
  const { outbox, close } = await openOutbox(url)
  return { ...webhooksOf({ endpoints, outbox, clock: systemClock }), close, [Symbol.asyncDispose]: close }
}

async function openOutbox(url: string): Promise<{ outbox: Outbox; close(): Promise<void> }> {
  const database = databaseOf(url)
  switch (database.kind) {
    case 'sqlite':
      return (await import('../stores/sqlite/open-outbox')).openFileOutbox(database.path)
    case 'postgres':
      return (await import('../stores/postgres/open-outbox')).openPostgresOutbox(database.url)
    case 'memory':
      throw new TypeError('a database in memory is gone with its server: its webhooks are too')
  }
}
