import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { type Store, StoreError } from '../stores/port'
import { awayEphemeral } from './away-ephemeral'
import type { EphemeralStore } from './ephemeral-store'
import { MemoryEphemeral } from './memory-ephemeral'

/**
 * Opens the store of the ephemeral rooms: the Redis that joins the nodes, the Postgres they share, or this process
 * alone.
 */
export async function openEphemeral(
  redis: string | undefined,
  database: string | undefined,
  { store, clock, log }: { store: Pick<Store, 'kind' | 'epoch'>; clock: Clock; log: Log },
): Promise<EphemeralStore> {
  const { epoch } = store
  if (redis !== undefined) {
    const { openRedisEphemeral } = await import('./redis/redis-ephemeral')
    return openRedisEphemeral({ url: redis, epoch, clock, log })
  }
  if (store.kind !== 'postgres' || database === undefined) return new MemoryEphemeral({ now: clock.now })
  const { openPostgresEphemeral } = await import('./postgres/postgres-ephemeral')
  try {
    return await openPostgresEphemeral({ url: database, epoch })
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    log.error(
      { err: error },
      'no ephemeral rooms: their schema cannot be made, for which the role needs CREATE on the database',
    )
    return awayEphemeral()
  }
}
