import * as v from 'valibot'
import { faultsOf } from './events/endpoint'
import { kindSetting } from './files/kind-setting'
import { isMountPoint, NOT_A_PATH } from './options'
import { isRequestable, NOT_REQUESTABLE } from './requested-address'
import { isReadable, isSchema, NO_SCHEMA, UNREADABLE } from './stores/database-url'

/** One setting: its name on the command line, in the environment and in the file, and its allowed values. */
export type ConfigField = {
  /** In the file and in code: camelCase of the flag. */
  readonly key: string
  readonly flag: string
  readonly env: string
  /** The placeholder of the flag's value; absent: it is a switch. */
  readonly value?: string
  readonly help: string
  /**
   * The setting whose value is in the file named here: for secrets, since all users of the machine see a command line.
   */
  readonly holds?: string
  /** @internal */
  readonly schema: v.GenericSchema<unknown, unknown>
}

const count = v.union(
  [
    v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
  ],
  'must be a whole number, 0 or more',
)
const port = v.pipe(count, v.maxValue(65_535, 'must be a port from 0 to 65535'))
const text = v.pipe(v.string('must be a text'), v.minLength(1, 'must not be empty'))
const path = v.pipe(
  text,
  v.transform((value) => value.replace(/\/+$/, '')),
  v.check(isMountPoint, NOT_A_PATH),
)
const bearer = v.pipe(text, v.regex(/^[\w.~+/-]+=*$/, 'must be letters, digits and - . _ ~ + /'))
const onOff = v.union(
  [
    v.boolean(),
    v.pipe(
      v.picklist(['1', 'true', 'yes', 'on', '0', 'false', 'no', 'off', '']),
      v.transform((word) => ['1', 'true', 'yes', 'on'].includes(word)),
    ),
  ],
  'must be true or false',
)
const list = v.union(
  [
    v.array(v.string()),
    v.pipe(
      v.string(),
      v.transform((words) => words.split(',').flatMap((word) => word.trim() || [])),
    ),
  ],
  'must be a list, with commas between',
)
const origin = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^/\s*]*\*?[^/\s*]+$/, 'must be origins such as https://app.example.com, or *'),
)
const origins = v.pipe(
  list,
  v.transform((all) => (all.includes('*') ? ['*'] : all)),
  v.array(v.union([v.literal('*'), origin], 'must be origins such as https://app.example.com, or *')),
)
const roomIds = v.pipe(
  list,
  v.array(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be room ids: letters, digits, _ and -, at most 64'),
    ),
  ),
)
const emojiNames = v.pipe(
  list,
  v.array(
    v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9_+-]{1,30}$/, 'must be names: letters, digits, _, + and -, at most 30'),
    ),
  ),
)
const database = v.pipe(
  text,
  v.regex(/^(memory:$|sqlite:.|postgres(ql)?:\/\/.)/, 'must be sqlite:<file>, postgres://… or memory:'),
  v.check((value) => !value.startsWith('postgres') || isReadable(value), UNREADABLE),
)
const schema = v.pipe(text, v.check(isSchema, NO_SCHEMA))
const url = (protocols: readonly string[]) =>
  v.pipe(
    text,
    v.check(
      (value) => protocols.some((protocol) => value.startsWith(protocol)) && URL.canParse(value),
      `must be an address that begins with ${protocols.join(' or ')}`,
    ),
  )
const requested = v.pipe(text, v.check(isRequestable, NOT_REQUESTABLE))
/** In a file of settings the list itself; elsewhere its JSON. */
const webhooks = v.pipe(
  v.unknown(),
  v.transform((value) => (typeof value === 'string' ? parsed(value) : value)),
  v.rawCheck(({ dataset, addIssue }) => {
    const [fault] = faultsOf(dataset.value)
    if (fault !== undefined) addIssue({ message: fault })
  }),
)
function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // It is reported as what it is not: a list.
    return undefined
  }
}
const level = v.picklist(
  ['silent', 'error', 'warn', 'info', 'debug'],
  'must be silent, error, warn, info or debug',
)

const field = (flag: string, help: string, schema: ConfigField['schema'], value?: string): ConfigField => ({
  key: flag.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
  flag,
  env: `ROOMFUL_${flag.replaceAll('-', '_').toUpperCase()}`,
  ...(value === undefined ? {} : { value }),
  help,
  schema,
})

const fileOf = (holds: string, flag: string): ConfigField => ({
  ...field(flag, `file that holds it, instead of --${flag.replace(/(-url)?-file$/, '')}`, text, '<file>'),
  holds,
})

/** All settings of a server, in the order in which help shows them. */
export const CONFIG_FIELDS: readonly ConfigField[] = [
  field('port', 'port to listen on; 0: any that is free', port, '<number>'),
  field('path', 'where its addresses begin, such as /api/chat; at the root by default', path, '<path>'),
  field('host', 'address to listen on; all of them by default', text, '<address>'),
  field('database', 'sqlite:<file>, postgres://… or memory:', database, '<url>'),
  fileOf('database', 'database-url-file'),
  field('database-schema', 'schema of the tables on Postgres; public by default', schema, '<name>'),
  field(
    'database-direct-url',
    'the same Postgres, past a pooler that lends connections by the transaction',
    database,
    '<url>',
  ),
  field('redis', 'Redis that joins several servers', url(['redis://', 'rediss://']), '<url>'),
  fileOf('redis', 'redis-url-file'),
  field('jwt-secret', 'secret that tokens are signed with (HS256), 32 bytes at least', text, '<secret>'),
  fileOf('jwtSecret', 'jwt-secret-file'),
  field('jwks', 'key set of an identity provider', requested, '<url>'),
  field('issuer', 'whose tokens are taken: their iss; needed with --jwks', list, '<list>'),
  field('audience', 'for whom tokens have to be: their aud; needed with --jwks', list, '<list>'),
  field('any-audience', 'with --jwks, take tokens of all applications of the provider', onOff),
  field('claim-id', "claim that is the user's id; sub by default", text, '<claim>'),
  field('claim-name', 'claim that others see as the name; name by default', text, '<claim>'),
  field(
    'claim-avatar-url',
    "claim that is the address of the user's picture; picture by default",
    text,
    '<claim>',
  ),
  field('claim-admin', 'claim that is true for moderators of the server; admin by default', text, '<claim>'),
  field('claim-sid', 'claim that names the session; sid by default', text, '<claim>'),
  field(
    'provisioning',
    'who makes users: at-sign-in (the default), or by-api: only the server API, and others are refused',
    v.picklist(['at-sign-in', 'by-api'], 'must be at-sign-in or by-api'),
    '<way>',
  ),
  field('guests', 'let anybody sign in by a name (development only)', onOff),
  field('origins', 'web pages that may connect, besides its own: origins, or *', origins, '<list>'),
  field('trust-proxy', 'proxies in front whose X-Forwarded headers are believed; 0: none', count, '<number>'),
  field('default-rooms', 'public rooms that every new user is in', roomIds, '<list>'),
  field('custom-emoji', 'names that are reactions between colons, as :party-parrot:', emojiNames, '<list>'),
  field(
    'invitations',
    'consent (the default): strangers are invited; open: anybody may put anybody into a room',
    v.picklist(['consent', 'open'], 'must be consent or open'),
    '<policy>',
  ),
  field(
    'files',
    'folder of uploads, or s3://<bucket>/<prefix>; beside the SQLite file by default; off: none are taken',
    text,
    '<place>',
  ),
  field(
    'file-kinds',
    'kinds of files that are taken, each up to 10 MB or its own size, as png,mp4:100; all by default',
    v.pipe(list, kindSetting),
    '<list>',
  ),
  field('strip-image-metadata', 'take out of pictures where and when they were made; needs sharp', onOff),
  field('thumbnails', 'make thumbnails of pictures; needs sharp', onOff),
  field('retention-days', 'days a message is kept; 0: for ever', count, '<number>'),
  field('retention-messages', 'messages a room keeps; 0: all', count, '<number>'),
  field('webhooks', 'endpoints that events are posted to, as JSON', webhooks, '<json>'),
  fileOf('webhooks', 'webhooks-file'),
  field(
    'metrics-token',
    'token that /metrics is asked for with; everybody may read it by default',
    bearer,
    '<token>',
  ),
  fileOf('metricsToken', 'metrics-token-file'),
  field('metrics-port', 'port of its own for /metrics, which is then not on the other', port, '<number>'),
  field(
    'api-key-file',
    'file of the keys for /v1, the server API; `roomful api-key` makes it',
    text,
    '<file>',
  ),
  field('admin-page', 'serve the page of operators at /admin, and let admin tokens use /v1', onOff),
  field(
    'static',
    'folder to serve at /; of a file with `.br` or `.gz` beside it, that is sent',
    text,
    '<folder>',
  ),
  field('sends-per-second', 'messages a second a user; 0: no limit', count, '<number>'),
  field('sends-burst', 'messages a user may send at once', count, '<number>'),
  field('events-per-second', 'requests a second a socket; 0: no limit', count, '<number>'),
  field('cost-per-second', 'work a second a user, in units of some 10 µs; 0: no limit', count, '<number>'),
  field('upload-mb-per-hour', 'megabytes a user may upload in an hour; 0: no limit', count, '<number>'),
  field('upload-mb-in-all', 'megabytes that all uploads may have together; 0: no limit', count, '<number>'),
  field('rooms-per-hour', 'rooms a user may make in an hour; 0: no limit', count, '<number>'),
  field('members-per-hour', 'others a user may put into rooms in an hour; 0: no limit', count, '<number>'),
  field('rooms-per-user', 'rooms a user may be in; 0: no limit', count, '<number>'),
  field('sockets-per-user', 'connections a user on one server', count, '<number>'),
  field('handshakes-per-second', 'connections an address may begin a second; 0: no limit', count, '<number>'),
  field('api-rows-per-second', 'rows a second an API key; 0: no limit', count, '<number>'),
  field('log-level', 'silent, error, warn, info or debug', level, '<level>'),
]
