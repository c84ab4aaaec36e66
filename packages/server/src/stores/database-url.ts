/** What a database URL names. */
export type Database =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'postgres'; readonly url: string }
  | { readonly kind: 'memory' }

/** Throws TypeError unless it is one of `sqlite:./data/roomful.db`, `postgres://user@host/database`, `memory:`. */
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
      if (!isReadable(url)) throw new TypeError(`the address of the Postgres ${UNREADABLE}`)
      checkSchema(new URL(url).searchParams.get('schema'))
      return { kind: 'postgres', url }
    case 'memory:':
      return { kind: 'memory' }
    default:
      // Not the URL itself: a password may be in it.
      throw new TypeError('a database is one of sqlite:./path, postgres://…, memory:')
  }
}

/**
 * The same database with its tables in this schema: `?schema=` in its URL. Undefined: as it is.
 *
 * @example
 * withSchema('postgres://app@db/shop', 'roomful') // 'postgres://app@db/shop?schema=roomful'
 */
export function withSchema(url: string, schema: string | undefined): string {
  const database = databaseOf(url)
  if (schema === undefined || database.kind !== 'postgres') return url
  checkSchema(schema)
  const parsed = new URL(database.url)
  parsed.searchParams.set('schema', schema)
  return parsed.href
}

const SCHEMA = /^[a-z_][a-z0-9_]{0,62}$/

export const UNREADABLE =
  'cannot be read: in a password, write all but letters and digits as %XX (@ is %40, / is %2F, # is %23)'

function checkSchema(schema: string | null): void {
  if (schema === null || isSchema(schema)) return
  throw new TypeError(`the schema of a database ${NO_SCHEMA}`)
}

export const isSchema = (name: string): boolean => SCHEMA.test(name)
export const NO_SCHEMA = 'must be a name of small letters, digits and _'

/** A URL takes part of a password with `/`, `?` or `#` for the host: what follows then contains an `@`. */
export const isReadable = (url: string): boolean =>
  URL.canParse(url) && !/^[a-z]+:\/\/[^/?#]*[/?#].*@/is.test(url)

/**
 * An address for a terminal or a log: without its password.
 *
 * @example
 * shownUrl('postgres://app:secret@db/chat') // 'postgres://app:***@db/chat'
 */
export function shownUrl(url: string): string {
  if (!/^[a-z]+:\/\//i.test(url) || url.startsWith('sqlite:')) return url
  if (!isReadable(url)) return `${url.slice(0, url.indexOf(':'))}://…`
  const shown = new URL(url)
  if (shown.password !== '') shown.password = '***'
  for (const name of shown.searchParams.keys())
    if (/pass|secret|key/i.test(name)) shown.searchParams.set(name, '***')
  return shown.href
}
