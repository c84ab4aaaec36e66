import type { Bus } from './bus'
import { PostgresLink } from './postgres-link'
import type { RedisBusOptions } from './redis-bus'
import { openSharedBus } from './shared-bus'

/** The bus of several nodes that share a Postgres and no Redis, over its notifications. */
export function openPostgresBus({ url, epoch, ...parts }: RedisBusOptions): Promise<Bus> {
  const { clock, log } = parts
  return openSharedBus({
    ...parts,
    isDear: true,
    openLink: (ends) => new PostgresLink({ url, channel: `roomful_${epoch}`, clock, log, ...ends }),
  })
}
