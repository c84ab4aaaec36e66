import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { Bus } from './bus'
import { RedisLink } from './redis-link'
import { openSharedBus } from './shared-bus'

export type RedisBusOptions = {
  readonly url: string
  readonly nodeId: string
  /** The store's: servers on another database may use the same Redis. */
  readonly epoch: string
  readonly clock: Clock
  readonly log: Log
}

/** The bus of several nodes, over one Redis channel. */
export function openRedisBus({ url, epoch, ...parts }: RedisBusOptions): Promise<Bus> {
  const { clock, log } = parts
  return openSharedBus({
    ...parts,
    openLink: (ends) => new RedisLink({ url, channel: `roomful:${epoch}`, clock, log, ...ends }),
  })
}
