import type { Credentials } from './auth/credentials'
import type { Authenticated } from './auth/identity'
import type { Origins } from './auth/origin'
import type { TokenRules } from './auth/token-rules'
import type { InvitationPolicy } from './core/consent'
import type { HostServer } from './http/mount'
import type { Hooks } from './moderation/hooks'
import type { Retention } from './node/retention'
import type { Log } from './ports/log'
import type { Store } from './stores/port'

/** How tokens are checked: one of the three. */
export type AuthOptions =
  /** Tokens that the app signs itself (HS256). `exp`, `iss` and `aud` are looked at where they are given, or asked for. */
  | ({ readonly jwtSecret: string } & TokenRules)
  /**
   * Address of an identity provider's key set. The provider signs for others too: `issuer` and `audience` say which tokens
   * are for this server. They need an `exp`.
   */
  | ({ readonly jwks: string } & (
      | (TokenRules & Required<Pick<TokenRules, 'issuer' | 'audience'>>)
      | (TokenRules & {
          /** Those of every application of the provider are taken, but for what `issuer` and `audience` say. */
          readonly anyAudience: true
        })
    ))
  /**
   * An app's own check, of a token or of the app's own session cookie; it throws, or answers nothing, to refuse. What it
   * throws is TOKEN_INVALID (UNAUTHENTICATED where there is no token), unless it is an AuthError: where it cannot look now,
   * `new AuthError('UNAVAILABLE')`. So is one that takes longer than 10 s.
   *
   * @example
   * const sessions = new Map([['s1', { id: 'ann', name: 'Ann' }]])
   * const auth: AuthOptions = { authenticate: ({ cookies }) => sessions.get(cookies.session ?? '') }
   */
  | {
      readonly authenticate: (
        credentials: Credentials,
      ) => Authenticated | undefined | Promise<Authenticated | undefined>
    }

/** Rates; 0 is no limit. */
export type RateOptions = {
  readonly sendsPerSecond?: number
  readonly sendsBurst?: number
  readonly eventsPerSecond?: number
  readonly socketsPerUser?: number
  /**
   * What the requests of one user may cost a second on this server, over all of their devices, in units of about 10 µs of
   * its time: a row that is read or a frame to one other device is one, a row that is written ten, a commit fifty. Thrice as
   * much at once. 5,000 by default, and no limit where `eventsPerSecond` is 0.
   */
  readonly costPerSecond?: number
  /**
   * Rooms that a user may make in an hour, direct messages among them, and other people that they may put into rooms. Not
   * counted of server admins. No limit where `eventsPerSecond` is 0.
   */
  readonly roomsPerHour?: number
  readonly membersPerHour?: number
  /** Rooms that a user may be in; with so many they can make and join no other. */
  readonly roomsPerUser?: number
  /** Megabytes that a user may upload in an hour, and that all files together may have on the disk. */
  readonly uploadMbPerHour?: number
  readonly uploadMbInAll?: number
  /**
   * Connections that one address may begin, with twenty times as many at once. An address of the private networks or of
   * this machine is limited only where `trustProxy` is set: without it, it may be that of a proxy, and stand for all.
   */
  readonly handshakesPerSecond?: number
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'

export type ServerOptions = {
  /** 0: any that is free. False: none; the app mounts it with `attach`. */
  readonly port?: number | false
  readonly host?: string
  /**
   * A server of the app's own to mount it in, of `node:http` or `node:https`, instead of a port: Express, Fastify, Nest,
   * Hono and Next have one. Needs `path`. Close the chat server before it.
   *
   * @example
   * import { createServer } from 'node:http'
   * import { createChatServer } from '@roomful/server'
   * const server = createServer((request, response) => response.end('the app'))
   * const chat = await createChatServer({ server, path: '/api/chat', database: 'memory:', guests: true })
   * server.listen(0)
   */
  readonly server?: HostServer
  /**
   * Where its addresses begin, such as `/api/chat`: `createChat({ url: 'https://app.example.com/api/chat' })`. Also with a
   * port of its own, behind a proxy that hands on whole paths. Default: at the root.
   */
  readonly path?: string
  /** `sqlite:./data/roomful.db`, `postgres://…` or `memory:`. */
  readonly database?: string
  /** The schema of the tables on Postgres, made where it is missing; as `?schema=` in `database`. */
  readonly databaseSchema?: string
  /**
   * The same Postgres without the pooler that `database` names: for notifications, where no Redis joins the servers, which a
   * pooler that lends connections by the transaction loses.
   */
  readonly databaseDirectUrl?: string
  /**
   * A store of the app's own instead of `database`: whatever passes `storeContract` of `@roomful/server/contract`. The
   * server closes it when it closes. Such a server keeps no secret and no files of its own accord: give `auth`, and `files`
   * where it is to take uploads. Several servers on one store need `redis`.
   *
   * @example
   * const server = await createChatServer({ port: 0, store: createMemoryStore(), guests: true })
   */
  readonly store?: Store
  readonly redis?: string
  /** Without it a secret is made and kept beside the SQLite file. */
  readonly auth?: AuthOptions
  /** Anybody may sign in by a name. Refused where NODE_ENV is production. */
  readonly guests?: boolean
  /** Web pages that may connect, besides this server's own; none by default. */
  readonly origins?: Origins
  /**
   * Proxies in front of this server, each of which appends to `X-Forwarded-For` (and the outermost sets
   * `X-Forwarded-Host`). 0, the default: these headers are a client's own words and are not read.
   */
  readonly trustProxy?: number
  readonly limits?: RateOptions
  readonly hooks?: Hooks
  /** Names that are taken as reactions between colons, beside Unicode's emoji: `party-parrot` for `:party-parrot:`. */
  readonly customEmoji?: readonly string[]
  /** Public rooms that are made at the start and that every new user is in; none by default. */
  readonly defaultRooms?: readonly string[]
  /**
   * Who may put whom into a room or dm. `consent`, the default: those who share a room that both came into by themselves; strangers are
   * invited, and their inviter learns nothing of them, not even that they exist, until they accept. `open`: anybody may put
   * anybody anywhere, as suits a company.
   */
  readonly invitations?: InvitationPolicy
  /** Where uploads are kept; `files` beside the SQLite file by default. False: none are taken. */
  readonly files?: string | false
  /** How much of its history a room keeps; all by default. */
  readonly retention?: Retention
  /** Called for every new message and edit, beside `hooks.afterSend` and `hooks.afterEdit`. */
  readonly webhook?: { readonly url: string; readonly secret: string }
  /**
   * `/metrics` only for those who show this token (`Authorization: Bearer`), or on a port of its own instead. Without either
   * everybody may read it.
   */
  readonly metrics?: { readonly token?: string; readonly port?: number }
  /** A folder to serve at `/`. */
  readonly static?: string
  readonly logLevel?: LogLevel
  /** Instead of the server's own logger. */
  readonly logger?: Log
}

export const DEFAULTS = {
  port: 3000,
  database: 'sqlite:./data/roomful.db',
  invitations: 'consent',
  sendsPerSecond: 10,
  /** A user types no faster, and a pasted list still goes out at once. */
  sendsBurst: 20,
  eventsPerSecond: 100,
  socketsPerUser: 20,
  /** A twentieth of the process. A person uses a tenth of it; 200 listeners are told 18 messages a second by it. */
  costPerSecond: 5_000,
  /** Nobody makes one every twenty seconds by hand. */
  roomsPerHour: 200,
  /** A user with a phone full of pictures, and not 18 GB of them. */
  uploadMbPerHour: 200,
  /** Whoever runs the server knows their disk. */
  uploadMbInAll: 0,
  /** A company of a thousand is put into its first room within an hour. */
  membersPerHour: 1_000,
  /** Each is a line of the user's list, which every start of every device reads. */
  roomsPerUser: 2_000,
  /** A page with all of its tabs reloads at once; an office behind one address comes back within seconds. */
  handshakesPerSecond: 50,
} as const satisfies { invitations: InvitationPolicy } & Record<string, string | number>

/** A path of plain segments, without a slash at its end; or nothing. */
export const isMountPoint = (path: string): boolean => /^(\/[\w~-][\w.~-]*)*$/.test(path)
export const NOT_A_PATH = 'must be one such as /api/chat: letters, digits and - . _ ~ between slashes'

/** What is wrong with the options: one line each, to be shown as they are. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}
