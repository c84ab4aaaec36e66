import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { authFrom } from './config-auth'
import { CONFIG_FIELDS, type ConfigField } from './config-fields'
import { ConfigError, type ServerOptions } from './options'

export type ConfigInput = {
  /** What stands on the command line, by flag in camelCase: `{ port: '3000', guests: true }`. */
  readonly flags?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A JSON file with the same names. `flags.config` and ROOMFUL_CONFIG name one too. */
  readonly file?: string
}

type Source = { readonly value: unknown; readonly from: string }

/**
 * The options of a server, from flags, then ROOMFUL_* variables, then a JSON file: the first that says something wins.
 * Throws a ConfigError with one line for each thing that is wrong.
 *
 * @example
 * const options = loadConfig({ flags: { port: '0' }, env: process.env })
 */
export function loadConfig({ flags = {}, env = {}, file }: ConfigInput): ServerOptions {
  const problems: string[] = []
  const path = file ?? textOf(flags.config) ?? textOf(env.ROOMFUL_CONFIG)
  const fromFile = path === undefined ? {} : readFile(path, problems)
  const values = new Map<string, unknown>()
  for (const field of CONFIG_FIELDS) {
    const source = sourceOf(field, { flags, env, fromFile, path })
    if (!source) continue
    const result = v.safeParse(field.schema, source.value)
    if (result.success) values.set(field.key, result.output)
    else problems.push(`${source.from} ${result.issues[0].message} (--${field.flag}, ${field.env})`)
  }
  const auth = authFrom(values, problems)
  if (values.has('webhook') !== values.has('webhookSecret'))
    problems.push(
      '--webhook needs --webhook-secret, and the other way round (ROOMFUL_WEBHOOK, ROOMFUL_WEBHOOK_SECRET)',
    )
  if (problems.length > 0) throw new ConfigError(problems)
  return { ...toOptions(values), ...(auth === undefined ? {} : { auth }) }
}

function sourceOf(
  { key, flag, env: name }: ConfigField,
  {
    flags,
    env,
    fromFile,
    path,
  }: ConfigInput & { fromFile: Record<string, unknown>; path: string | undefined },
): Source | undefined {
  if (flags?.[key] !== undefined) return { value: flags[key], from: `--${flag}` }
  // Hosting platforms set PORT; an empty variable is one that is not set.
  const names = key === 'port' ? [name, 'PORT'] : [name]
  for (const variable of names) if (env?.[variable]) return { value: env[variable], from: variable }
  if (Object.hasOwn(fromFile, key)) return { value: fromFile[key], from: `"${key}" in ${path}` }
  return undefined
}

function readFile(path: string, problems: string[]): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const object = v.parse(v.record(v.string(), v.unknown()), value)
    const known = new Set(CONFIG_FIELDS.map((field) => field.key))
    for (const key of Object.keys(object))
      if (!known.has(key)) problems.push(`"${key}" in ${path} is no setting (--config, ROOMFUL_CONFIG)`)
    return object
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    problems.push(`${path} cannot be read as JSON settings: ${why} (--config, ROOMFUL_CONFIG)`)
    return {}
  }
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined

/** Rebuilt by name: every value has been through its own schema, and the last check gives them their types. */
function toOptions(values: ReadonlyMap<string, unknown>): ServerOptions {
  const { origins, ...others } = v.parse(Checked, Object.fromEntries(values))
  const { sendsPerSecond, sendsBurst, eventsPerSecond, costPerSecond, ...more } = others
  const { socketsPerUser, handshakesPerSecond, ...settings } = more
  const { files, retentionDays, retentionMessages, webhook, webhookSecret, ...rest } = settings
  // 0 is how a variable says "no limit"; in code there is none without the rule.
  const retention = withoutUndefined({
    days: retentionDays || undefined,
    messages: retentionMessages || undefined,
  })
  const rates = { sendsPerSecond, sendsBurst, eventsPerSecond, costPerSecond }
  const limits = { ...rates, socketsPerUser, handshakesPerSecond }
  return withoutUndefined({
    ...rest,
    files: files === 'off' ? (false as const) : files,
    retention: Object.keys(retention).length > 0 ? retention : undefined,
    webhook:
      webhook !== undefined && webhookSecret !== undefined
        ? { url: webhook, secret: webhookSecret }
        : undefined,
    limits: withoutUndefined(limits),
    origins: origins?.includes('*') ? ('*' as const) : origins,
  })
}

const whole = v.optional(v.number())
const words = v.optional(v.array(v.string()))
const word = v.optional(v.string())
const Checked = v.object({
  port: whole,
  host: word,
  database: word,
  redis: word,
  guests: v.optional(v.boolean()),
  origins: words,
  trustProxy: whole,
  defaultRooms: words,
  customEmoji: words,
  files: word,
  retentionDays: whole,
  retentionMessages: whole,
  webhook: word,
  webhookSecret: word,
  static: word,
  sendsPerSecond: whole,
  sendsBurst: whole,
  eventsPerSecond: whole,
  costPerSecond: whole,
  socketsPerUser: whole,
  handshakesPerSecond: whole,
  logLevel: v.optional(v.picklist(['silent', 'error', 'warn', 'info', 'debug'])),
})

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
