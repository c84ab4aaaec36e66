import type { Store } from './port'

/**
 * Opens the store that a URL names: `sqlite:./data/roomful.db`, `postgres://user@host/database`, `memory:`. Only that
 * store's driver is loaded. Throws TypeError for any other URL.
 *
 * @example
 * const store = await openStore('sqlite:./data/roomful.db')
 */
export async function openStore(url: string): Promise<Store> {
  const scheme = url.slice(0, url.indexOf(':') + 1)
  switch (scheme) {
    case 'sqlite:': {
      const path = url.slice(scheme.length).replace(/^\/\/(?=\/)/, '')
      if (path === '' || path.startsWith('//') || path.startsWith(':')) {
        throw new TypeError('a SQLite database is a file: sqlite:./data/roomful.db')
      }
      const { openSqliteStore } = await import('./sqlite/sqlite-store')
      return openSqliteStore(path)
    }
    case 'postgres:':
    case 'postgresql:': {
      const { openPostgresStore } = await import('./postgres/postgres-store')
      return openPostgresStore(url)
    }
    case 'memory:': {
      const { createMemoryStore } = await import('./memory/memory-store')
      return createMemoryStore()
    }
    default:
      // Not the URL itself: a password may be in it.
      throw new TypeError('a database is one of sqlite:./path, postgres://…, memory:')
  }
}
