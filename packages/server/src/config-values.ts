import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { CONFIG_FIELDS, type ConfigField } from './config-fields'

export type ConfigInput = {
  /** Values of the command line, by flag in camelCase: `{ port: '3000', guests: true }`. */
  readonly flags?: Readonly<Record<string, unknown>>
  readonly env?: Readonly<Record<string, string | undefined>>
  /** A JSON file with the same names. `flags.config` and ROOMFUL_CONFIG name one too. */
  readonly file?: string
}

type Source = { readonly value: unknown; readonly from: string }

/** The settings by key. Faults go to `problems`, one line each. */
export function valuesOf(
  { flags = {}, env = {}, file }: ConfigInput,
  fields: readonly ConfigField[],
  problems: string[],
): ReadonlyMap<string, unknown> {
  const path = file ?? textOf(flags.config) ?? textOf(env.ROOMFUL_CONFIG)
  const fromFile = path === undefined ? {} : readFile(path, problems)
  const values = new Map<string, unknown>()
  for (const field of fields) {
    const source = sourceOf(field, { flags, env, fromFile, path })
    if (!source) continue
    const set = settingFrom(source, field, problems)
    if (!set) continue
    const { key, flag } = set.field
    if (values.has(key)) problems.push(`--${flag} and --${field.flag} exclude each other (${field.env})`)
    const result = v.safeParse(set.field.schema, set.value)
    // Never the value: it may hold a password.
    if (result.success) values.set(key, result.output)
    else problems.push(`${set.from} ${result.issues[0].message} (--${field.flag}, ${field.env})`)
  }
  return values
}

/** The setting whose value a file holds. */
function settingFrom(
  source: Source,
  field: ConfigField,
  problems: string[],
): (Source & { readonly field: ConfigField }) | undefined {
  const held = CONFIG_FIELDS.find(({ key }) => key === field.holds)
  if (!held) return { ...source, field }
  const value = readSecret(source, field, problems)
  return value === undefined ? undefined : { field: held, value, from: `the file of ${source.from}` }
}

/** The content of a one-line file. Undefined: it cannot be read, which is reported in `problems`. */
function readSecret(
  { value, from }: Source,
  { flag, env }: ConfigField,
  problems: string[],
): string | undefined {
  try {
    return readFileSync(String(value), 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    problems.push(`${from} names a file that cannot be read: ${why} (--${flag}, ${env})`)
    return undefined
  }
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
  // Hosting platforms set PORT; an empty variable counts as unset.
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

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
