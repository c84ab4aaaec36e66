import type { Credentials } from './auth/credentials'
import type { Authenticated } from './auth/identity'
import type { Origins } from './auth/origin'
import type { Provisioning } from './auth/provisioning'
import type { TokenRules } from './auth/token-rules'
import type { InvitationPolicy } from './core/consent'
import type { WebhookEndpoint } from './events/endpoint'
import type { OnUpload } from './files/check-upload'
import type { FileStore } from './files/file-store'
import type { FileKindLimits } from './files/kind-limits'
import type { HostServer } from './http/mount'
import type { Hooks } from './moderation/hooks'
import type { Retention } from './node/retention'
import type { Log } from './ports/log'
import type { Authorize } from './rules/authorize'
import type { RoomTypes } from './rules/room-types'
import type { Store } from './stores/port'

/** How tokens are checked: one of three ways. */
export type AuthOptions =
  /** Tokens that the app signs itself (HS256). `exp`, `iss` and `aud` are checked if they are present or required. */
  | ({ readonly jwtSecret: string } & TokenRules)
  /**
   * Address of an identity provider's key set. The provider signs for others too: `issuer` and `audience` select the
   * tokens for this server. They need an `exp`.
   */
  | ({ readonly jwks: string } & (
      | (TokenRules & Required<Pick<TokenRules, 'issuer' | 'audience'>>)
      | (TokenRules & {
          /** Accepts tokens of every application of the provider, within `issuer` and `audience`. */
          readonly anyAudience: true
        })
    ))
  /**
   * An app's own check, of a token or of its session cookie; to refuse, it throws or returns nothing. Its errors are
   * TOKEN_INVALID (UNAUTHENTICATED without a token), except an AuthError: if it cannot check now,
   * `new AuthError('UNAVAILABLE')`. A check that takes longer than 10 s is UNAVAILABLE too.
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

/** Rates; 0 means no limit. */
export type RateOptions = {
  readonly sendsPerSecond?: number
  readonly sendsBurst?: number
  readonly eventsPerSecond?: number
  readonly socketsPerUser?: number
  /**
   * What one user's requests may cost a second on this server, over all of their devices, in units of about 10 µs of
   * its time: a row read or a frame to one other device is one, a row written ten, a commit fifty. Up to three times as
   * much at once. 5,000 by default, and no limit if `eventsPerSecond` is 0.
   */
  readonly costPerSecond?: number
  /**
   * Rooms that a user may make in an hour, including direct messages, and other users that they may put into rooms.
   * Server admins are exempt. No limit if `eventsPerSecond` is 0.
   */
  readonly roomsPerHour?: number
  readonly membersPerHour?: number
  /** Rooms that a user may be in; at the limit they can make and join no other. */
  readonly roomsPerUser?: number
  /** Megabytes that a user may upload in an hour, and that all files together may take on the disk. */
  readonly uploadMbPerHour?: number
  readonly uploadMbInAll?: number
  /**
   * Connections that one address may begin a second, and twenty times as many at once. An address of a private network
   * or of this machine is limited only if `trustProxy` is set: otherwise it may be a proxy's, and stand for all
   * clients.
   */
  readonly handshakesPerSecond?: number
  /** Rows that one key of the server API may ask for a second, and five times as many at once. */
  readonly apiRowsPerSecond?: number
}

export type LogLevel = 'silent' | 'error' | 'warn' | 'info' | 'debug'

export type ServerOptions = {
  /** 0: any free port. False: none; the app mounts it with `attach`. */
  readonly port?: number | false
  readonly host?: string
  /**
   * The app's own server to mount it in, from `node:http` or `node:https`, instead of a port: Express, Fastify, Nest,
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
   * The prefix of its addresses, such as `/api/chat`: `createChat({ url: 'https://app.example.com/api/chat' })`. Also
   * with its own port, behind a proxy that forwards whole paths. Default: at the root.
   */
  readonly path?: string
  /** `sqlite:./data/roomful.db`, `postgres://…` or `memory:`. */
  readonly database?: string
  /** The schema of the tables on Postgres, made if it is missing; as `?schema=` in `database`. */
  readonly databaseSchema?: string
  /**
   * The same Postgres without the pooler that `database` names: for notifications, if no Redis joins the servers; a
   * pooler in transaction mode loses them.
   */
  readonly databaseDirectUrl?: string
  /**
   * The app's own store instead of `database`: any that passes `storeContract` of `@roomful/server/contract`. The
   * server closes it when it closes, or when a start fails that had begun to use it. Such a server stores no secret and
   * no files by default: give `auth`, and `files` for uploads. Several servers on one store need `redis`.
   *
   * @example
   * const server = await createChatServer({ port: 0, store: createMemoryStore(), guests: true })
   */
  readonly store?: Store
  readonly redis?: string
  /** By default a secret is made and stored beside the SQLite file. */
  readonly auth?: AuthOptions
  /**
   * Who makes users, and says what others see of them. `at-sign-in`, the default: their sign-in. `by-api`: only the
   * server API; a user that it has not made is refused with USER_NOT_FOUND, and a name in a token changes none.
   */
  readonly provisioning?: Provisioning
  /** Any user may sign in by a name alone. Refused if NODE_ENV is production. */
  readonly guests?: boolean
  /** Origins of web pages that may connect, besides this server's own; none by default. */
  readonly origins?: Origins
  /**
   * Proxies in front of this server, each of which appends to `X-Forwarded-For` (and the outermost sets
   * `X-Forwarded-Host`). 0, the default: a client can forge these headers, so they are ignored.
   */
  readonly trustProxy?: number
  readonly limits?: RateOptions
  readonly hooks?: Hooks
  /**
   * The app's own kinds of rooms, by name: who makes them, and who may do what in them, where it is not as in other
   * rooms. Give the same ones to all servers of a database.
   *
   * @example
   * const server = await createChatServer({
   *   ...{ port: 0, database: 'memory:', guests: true },
   *   roomTypes: { support: { base: 'private', create: 'api', invite: 'server-admin', leave: 'api' } },
   * })
   * await server.close()
   */
  readonly roomTypes?: RoomTypes
  /**
   * The app's own rules: asked before every act that the table of permissions allows, on sockets and for files. It may
   * forbid, with a reason for the user.
   */
  readonly authorize?: Authorize
  /**
   * Names that are accepted as reactions between colons, beside Unicode's emoji: `party-parrot` for `:party-parrot:`.
   */
  readonly customEmoji?: readonly string[]
  /** Public rooms that are made at the start and that every new user is in; none by default. */
  readonly defaultRooms?: readonly string[]
  /**
   * Which users may put others into a room or dm. `consent`, the default: those who share a room that both joined
   * themselves; strangers are invited, and the inviter learns nothing of them, not even that they exist, until they
   * accept. `open`: any user may put any other anywhere, as suits a company.
   */
  readonly invitations?: InvitationPolicy
  /**
   * Where uploads are kept: a folder, `files` beside the SQLite file by default, a bucket as
   * `s3://<bucket>/<prefix>?endpoint=…&region=…` with AWS's own variables for the keys, or a store such as
   * `s3FileStore()` or the app's own. False: uploads are refused.
   */
  readonly files?: string | FileStore | false
  /**
   * The kinds of files that are accepted, and no other, each with its largest size in megabytes. All that are known, of
   * 10 MB, by default.
   *
   * @example
   * const options = { port: 0, database: 'memory:', guests: true, files: './files' } as const
   * const server = await createChatServer({ ...options, fileKinds: { png: 5, jpeg: 5, mp4: 100 } })
   */
  readonly fileKinds?: FileKindLimits
  /**
   * Takes out of pictures where, when and by whom they were made, and turns them upright: they are compressed anew. Needs
   * the package `sharp`, which the app installs. HEIC is refused then, for nothing can strip it.
   */
  readonly stripImageMetadata?: boolean
  /** Makes thumbnails of pictures (`GET /files/:id?size=160`). Needs the package `sharp`, which the app installs. */
  readonly thumbnails?: boolean
  /**
   * Checks every upload before it is kept, such as by a scan for viruses.
   *
   * @example
   * const hasVirus = async (path: string) => false
   * const onUpload: OnUpload = async ({ path }) =>
   *   (await hasVirus(path)) ? { refuse: 'This file has a virus' } : undefined
   * const options = { port: 0, database: 'memory:', guests: true, files: './files' } as const
   * const server = await createChatServer({ ...options, onUpload })
   */
  readonly onUpload?: OnUpload
  /** How much of its history a room keeps; all by default. */
  readonly retention?: Retention
  /** Where events are posted, signed as Standard Webhooks are. They wait in the database until they are delivered. */
  readonly webhooks?: readonly WebhookEndpoint[]
  /**
   * `/metrics` only for requests with this token (`Authorization: Bearer`), or on a separate port. Without either it is
   * public.
   */
  readonly metrics?: { readonly token?: string; readonly port?: number }
  /**
   * The file of the keys for the server API under `/v1`, made by `roomful api-key create`. Without it only `server.api`
   * can be used. It is read again when it changes.
   */
  readonly apiKeyFile?: string
  /**
   * Serves the operator's page at `/admin`, and takes tokens with the claim `admin` for the server API, as if they were
   * keys with every scope, except for what `authorize` denies (`use-server-api`). Off by default.
   */
  readonly adminPage?: boolean
  /** A folder to serve at `/`. */
  readonly static?: string
  readonly logLevel?: LogLevel
  /** Replaces the server's own logger. */
  readonly logger?: Log
}

export const DEFAULTS = {
  port: 3000,
  database: 'sqlite:./data/roomful.db',
  invitations: 'consent',
  provisioning: 'at-sign-in',
  sendsPerSecond: 10,
  /** No user types faster, and a pasted list still goes out at once. */
  sendsBurst: 20,
  eventsPerSecond: 100,
  socketsPerUser: 20,
  /**
   * A twentieth of the process. A person uses a tenth of it; it suffices to deliver 18 messages a second to 200
   * listeners.
   */
  costPerSecond: 5_000,
  /** No user makes one every twenty seconds by hand. */
  roomsPerHour: 200,
  /** A user with a phone full of pictures, and not 18 GB of them. */
  uploadMbPerHour: 200,
  /** The operator knows the disk. */
  uploadMbInAll: 0,
  /** Puts a company of a thousand into its first room within an hour. */
  membersPerHour: 1_000,
  /** Each is an item of the user's list, which every start of every device reads. */
  roomsPerUser: 2_000,
  /** All tabs of a page reload at once; an office behind one address returns within seconds. */
  handshakesPerSecond: 50,
  /** A job's thousand users at once, and then a fifth of what a small machine takes. */
  apiRowsPerSecond: 1_000,
} as const satisfies { invitations: InvitationPolicy; provisioning: Provisioning } & Record<
  string,
  string | number
>

/** A path of plain segments without a trailing slash, or empty. */
export const isMountPoint = (path: string): boolean => /^(\/[\w~-][\w.~-]*)*$/.test(path)
export const NOT_A_PATH = 'must be one such as /api/chat: letters, digits and - . _ ~ between slashes'

/** The faults of the options: one line each, to be shown as they are. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}
