import { type Authenticator, authenticatorFor, type Signing } from './auth/authenticator'
import { isEphemeralId } from './ephemeral/room-id'
import { checkEndpoints } from './events/start-events'
import { operatorPage } from './http/operator-page'
import { ConfigError, isMountPoint, NOT_A_PATH, type ServerOptions } from './options'
import type { Clock } from './ports/clock'
import type { Log } from './ports/log'
import { checkedKinds } from './rules/checked-kinds'
import { databaseFor } from './stores/database-for'
import { isReadable, UNREADABLE } from './stores/database-url'

/**
 * What follows from the options alone. Throws a ConfigError for those that contradict each other: before a database is
 * locked, and anything runs.
 */
export function checkOptions(options: ServerOptions, clock: Clock, log: Log) {
  const { guests: hasGuests = false, webhooks = [], defaultRooms = [] } = options
  const database = databaseFor(options)
  const authenticator = authenticatorFor(options.auth, { database, guests: hasGuests }, clock, log)
  const guests = guestsOf(options, authenticator)
  checkRedis(options.redis, database)
  checkDefaultRooms(defaultRooms)
  const kinds = checkedKinds(options.roomTypes)
  const path = mountPoint(options)
  checkEndpoints(webhooks)
  const page = options.adminPage ? operatorPage() : undefined
  return { database, authenticator, guests, defaultRooms, kinds, path, webhooks, page }
}

export type CheckedOptions = ReturnType<typeof checkOptions>

export const NO_PATH =
  'a chat server that is mounted in another server needs the path of its part there, such as /api/chat (--path)'

/** `/api/chat`, without a trailing slash; empty if all addresses belong to the chat server. */
function mountPoint({ path = '', server, port, host }: ServerOptions): string {
  const point = path.replace(/\/+$/, '')
  const problems = []
  if (!isMountPoint(point)) problems.push(`the path ${NOT_A_PATH} (--path)`)
  if (server && point === '') problems.push(NO_PATH)
  if (server && (typeof port === 'number' || host !== undefined))
    problems.push('a server to mount in has a port and a host already: leave `port` and `host` out')
  if (problems.length > 0) throw new ConfigError(problems)
  return point
}

function checkDefaultRooms(names: readonly string[]): void {
  const problems = names
    .filter(isEphemeralId)
    .map((name) => `${name} is the name of an ephemeral room, and cannot be a default one (--default-rooms)`)
  if (problems.length > 0) throw new ConfigError(problems)
}

function checkRedis(redis: string | undefined, database: string | undefined): void {
  if (redis !== undefined && !isReadable(redis))
    throw new ConfigError([`the address of the Redis ${UNREADABLE}`])
  // Only the app knows whether servers can share its own store.
  if (redis === undefined || database === undefined || /^postgres(ql)?:/.test(database)) return
  throw new ConfigError([
    'servers that Redis joins need a database that they share: Postgres (--redis, --database)',
  ])
}

/** Guests sign in with tokens that this server signs itself. */
function guestsOf({ guests = false }: ServerOptions, { signing }: Authenticator): Signing | undefined {
  if (!guests) return undefined
  const problems = []
  if (process.env.NODE_ENV === 'production')
    problems.push('guests are for development, not for NODE_ENV=production (--guests, ROOMFUL_GUESTS)')
  if (signing === undefined)
    problems.push('guests need a secret of this server, not a key set (--guests, ROOMFUL_GUESTS)')
  if (problems.length > 0) throw new ConfigError(problems)
  return signing
}
