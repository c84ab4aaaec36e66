import * as v from 'valibot'
import { authFrom } from './config-auth'
import { CONFIG_FIELDS } from './config-fields'
import { type ConfigInput, textOf, valuesOf } from './config-values'
import { WebhookEndpoints } from './events/endpoint'
import { ConfigError, type ServerOptions } from './options'

/**
 * The options of a server, from flags, then ROOMFUL_* variables, then a JSON file: the first that is set wins. Throws a
 * ConfigError with one line for each fault.
 *
 * @example
 * const options = loadConfig({ flags: { port: '0' }, env: process.env })
 */
export function loadConfig(input: ConfigInput): ServerOptions {
  const problems: string[] = []
  const values = valuesOf(input, CONFIG_FIELDS, problems)
  const auth = authFrom(values, problems)
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...toOptions(values), ...(auth === undefined ? {} : { auth }) }
}

/**
 * One setting, as a server would read it: also from the file that holds a secret, such as `--jwt-secret-file`. Throws a
 * ConfigError.
 *
 * @example
 * const database = loadSetting('database', { flags: {}, env: process.env }) ?? 'sqlite:./data/roomful.db'
 */
export function loadSetting(key: string, input: ConfigInput): string | undefined {
  const problems: string[] = []
  const fields = CONFIG_FIELDS.filter((field) => field.key === key || field.holds === key)
  const value = valuesOf(input, fields, problems).get(key)
  if (problems.length > 0) throw new ConfigError(problems)
  return textOf(value)
}

/** Rebuilt by name: every value has passed its own schema, and the last check gives them their types. */
function toOptions(values: ReadonlyMap<string, unknown>): ServerOptions {
  const { origins, ...others } = v.parse(Checked, Object.fromEntries(values))
  const { sendsPerSecond, sendsBurst, eventsPerSecond, costPerSecond, ...more } = others
  const { roomsPerHour, membersPerHour, roomsPerUser, socketsPerUser, ...many } = more
  const { handshakesPerSecond, apiRowsPerSecond, ...most } = many
  const { uploadMbPerHour, uploadMbInAll, ...settings } = most
  const { files, retentionDays, retentionMessages, ...shown } = settings
  const { metricsToken: token, metricsPort, ...rest } = shown
  const metrics = withoutUndefined({ token, port: metricsPort })
  // In a variable 0 means "no limit"; in code the rule is absent instead.
  const retention = withoutUndefined({
    days: retentionDays || undefined,
    messages: retentionMessages || undefined,
  })
  const rates = { sendsPerSecond, sendsBurst, eventsPerSecond, costPerSecond }
  const quotas = { roomsPerHour, membersPerHour, roomsPerUser, uploadMbPerHour, uploadMbInAll }
  const limits = { ...rates, ...quotas, socketsPerUser, handshakesPerSecond, apiRowsPerSecond }
  return withoutUndefined({
    ...rest,
    files: files === 'off' ? (false as const) : files,
    retention: Object.keys(retention).length > 0 ? retention : undefined,
    metrics: Object.keys(metrics).length > 0 ? metrics : undefined,
    limits: withoutUndefined(limits),
    origins: origins?.includes('*') ? ('*' as const) : origins,
  })
}

const whole = v.optional(v.number())
const words = v.optional(v.array(v.string()))
const word = v.optional(v.string())
const Checked = v.object({
  port: whole,
  path: word,
  host: word,
  database: word,
  databaseSchema: word,
  databaseDirectUrl: word,
  redis: word,
  guests: v.optional(v.boolean()),
  provisioning: v.optional(v.picklist(['at-sign-in', 'by-api'])),
  origins: words,
  trustProxy: whole,
  defaultRooms: words,
  customEmoji: words,
  invitations: v.optional(v.picklist(['consent', 'open'])),
  files: word,
  fileKinds: v.optional(v.record(v.string(), v.number())),
  stripImageMetadata: v.optional(v.boolean()),
  thumbnails: v.optional(v.boolean()),
  retentionDays: whole,
  retentionMessages: whole,
  webhooks: v.optional(WebhookEndpoints),
  metricsToken: word,
  metricsPort: whole,
  apiKeyFile: word,
  adminPage: v.optional(v.boolean()),
  static: word,
  sendsPerSecond: whole,
  sendsBurst: whole,
  eventsPerSecond: whole,
  costPerSecond: whole,
  roomsPerHour: whole,
  uploadMbPerHour: whole,
  uploadMbInAll: whole,
  membersPerHour: whole,
  roomsPerUser: whole,
  socketsPerUser: whole,
  handshakesPerSecond: whole,
  apiRowsPerSecond: whole,
  logLevel: v.optional(v.picklist(['silent', 'error', 'warn', 'info', 'debug'])),
})

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
