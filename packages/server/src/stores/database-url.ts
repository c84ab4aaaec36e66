/** What a database URL names. */
export type Database =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'memory' }

/** Throws TypeError for what is none of `sqlite:./data/roomful.db`, `postgres://user@host/database`, `memory:`. */
export function databaseOf(url: string): Database {
  const scheme = url.slice(0, url.indexOf(':') + 1)
  switch (scheme) {
    case 'sqlite:': {
      const path = url.slice(scheme.length).replace(/^\/\/(?=\/)/, '')
      if (path === '' || path.startsWith('//') || path.startsWith(':')) {
        throw new TypeError('a SQLite database is a file: sqlite:./data/roomful.db')
      }
      return { kind: 'sqlite', path }
    }
    case 'postgres:':
    case 'postgresql:':
      return { kind: 'postgres', url }
    case 'memory:':
      return { kind: 'memory' }
    default:
      // Not the URL itself: a password may be in it.
      throw new TypeError('a database is one of sqlite:./path, postgres://…, memory:')
  }
}
