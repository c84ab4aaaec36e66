import { databaseOf } from './database-url'
import type { Store } from './port'

/**
 * Opens the store that a URL names: `sqlite:./data/roomful.db`, `postgres://user@host/database`, `memory:`. Only that
 * store's driver is loaded. Throws TypeError for any other URL.
 *
 * @example
 * const store = await openStore('sqlite:./data/roomful.db')
 */
export async function openStore(url: string): Promise<Store> {
  const database = databaseOf(url)
  switch (database.kind) {
    case 'sqlite': {
      const { openSqliteStore } = await import('./sqlite/sqlite-store')
      return openSqliteStore(database.path)
    }
    case 'postgres': {
      const { openPostgresStore } = await import('./postgres/postgres-store')
      return openPostgresStore(database.url)
    }
    case 'memory': {
      const { createMemoryStore } = await import('./memory/memory-store')
      return createMemoryStore()
    }
  }
}
