import { accessOf } from '../stores/postgres/access'
import { poolingOf } from '../stores/postgres/pooling'
import type { Bus } from './bus'
import { PostgresLink } from './postgres-link'
import type { RedisBusOptions } from './redis-bus'
import { type Link, openSharedBus } from './shared-bus'

/**
 * The bus of several nodes that share a Postgres and no Redis, over its notifications. They need a fixed connection: a
 * pooler in transaction mode has none, and each node then polls the tables.
 */
export async function openPostgresBus({ url, epoch, ...parts }: RedisBusOptions): Promise<Bus> {
  const { clock, log } = parts
  const pooling = await poolingOf(url)
  if (pooling === 'transaction')
    log.warn(
      {},
      'a pooler lends the connections to Postgres by the transaction: other servers are found by the tables alone, once a second. --database-direct-url (ROOMFUL_DATABASE_DIRECT_URL) or --redis makes them quicker',
    )
  const { connectionString } = accessOf(url)
  return openSharedBus({
    ...parts,
    isDear: true,
    openLink: (ends) =>
      pooling === 'transaction'
        ? NO_LINK
        : new PostgresLink({ url: connectionString, channel: `roomful_${epoch}`, clock, log, ...ends }),
  })
}

/** Never up: the nodes poll the tables. */
const NO_LINK: Link = {
  isUp: false,
  dropped: 0,
  publish: () => {},
  opened: async () => {},
  close: () => {},
}
