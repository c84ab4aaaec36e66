import { USER_ID } from '../../packages/protocol/src/user-id'
import type { JsonSchema } from './openapi'

type Shape = {
  readonly $ref?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Shape[]
  readonly oneOf?: readonly Shape[]
  readonly type?: string
  readonly items?: Shape
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Shape
  readonly [limit: string]: unknown
}

/** The fields of an object as a table, or its type in one line if it is none. */
export function schemaTable(schema: JsonSchema): string {
  const { properties, required = [], ...rest }: Shape = schema
  if (properties === undefined) return `${typeOf(rest)}\n`
  const rows = Object.entries(properties).map(
    ([name, field]) =>
      `| \`${name}${required.includes(name) ? '' : '?'}\` | ${typeOf(field)} | ${limitsOf(field)} |`,
  )
  return rows.length === 0
    ? 'An empty object.\n'
    : `| field | type | limits |\n|---|---|---|\n${rows.join('\n')}\n`
}

/** As Markdown: names in code, references as links to their headings. */
function typeOf(schema: Shape): string {
  const { $ref, anyOf, oneOf, type, items } = schema
  if ($ref !== undefined) return linked($ref)
  const choices = anyOf ?? oneOf
  if (choices) return choices.map(typeOf).join(' or ')
  if (type === 'array' && items) return `array of ${typeOf(items)}`
  return `\`${textOf(schema).replaceAll('|', '\\|')}\``
}

/** In the notation of TypeScript, for what is within an object. */
function textOf(schema: Shape): string {
  const { $ref, anyOf, oneOf, type, items, properties, required = [], additionalProperties } = schema
  if ($ref !== undefined) return nameOf($ref)
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ')
  const choices = anyOf ?? oneOf
  if (choices) return choices.map(textOf).join(' | ')
  if (type === 'array') return `${items ? textOf(items) : 'unknown'}[]`
  if (properties) {
    const fields = Object.entries(properties).map(
      ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${textOf(field)}`,
    )
    return fields.length === 0 ? '{}' : `{ ${fields.join('; ')} }`
  }
  if (typeof additionalProperties === 'object') return `Record<string, ${textOf(additionalProperties)}>`
  if (type === 'object') return 'Record<string, unknown>'
  return type ?? 'JSON'
}

const nameOf = (ref: string): string => ref.slice(ref.lastIndexOf('/') + 1)
const linked = (ref: string): string => `[${nameOf(ref)}](#${nameOf(ref).toLowerCase()})`

/** What JSON Schema says beyond the type; numbers that every count has are left out. */
function limitsOf({
  minLength,
  maxLength,
  minimum,
  maximum,
  minItems,
  maxItems,
  pattern,
  items,
}: Shape): string {
  const between = (low: unknown, high: unknown, of: string): string[] => {
    const [from, to] = [typeof low === 'number' ? low : 0, typeof high === 'number' ? high : undefined]
    if (to === undefined || to === Number.MAX_SAFE_INTEGER) return from === 0 ? [] : [`${from}${of} or more`]
    return [from === 0 ? `${to}${of} at most` : `${from} to ${to}${of}`]
  }
  return [
    ...between(minLength, maxLength, ' characters'),
    ...between(minItems, maxItems, ' items'),
    ...between(minimum, maximum, ''),
    ...(typeof pattern === 'string' ? [patternText(pattern)] : []),
    ...(items ? [limitsOf(items)].filter(Boolean).map((text) => `each ${text}`) : []),
  ].join(', ')
}

/** Only who checks ids needs the classes of Unicode that the pattern of a user id is made of. */
const patternText = (pattern: string): string =>
  pattern === USER_ID.source
    ? '1 to 255 visible characters, no spaces'
    : `\`${pattern.replaceAll('|', '\\|')}\``
