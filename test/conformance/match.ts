/** A rule for one value, with a text for what it wants. */
export class Rule {
  constructor(
    readonly wants: string,
    readonly fits: (value: unknown) => boolean,
  ) {}
}

/**
 * What a frame must look like: an object needs the named fields and may have others, a list must be as long, everything
 * else must be equal. A Rule decides itself.
 */
export type Pattern =
  | string
  | number
  | boolean
  | null
  | Rule
  | readonly Pattern[]
  | { readonly [field: string]: Pattern }

type Names = ReadonlyMap<string, unknown>

export const text = new Rule('a text', (value) => typeof value === 'string' && value !== '')
export const count = new Rule(
  'a whole number from 0 on',
  (value) => Number.isSafeInteger(value) && Number(value) >= 0,
)
export const anything = new Rule('anything', () => true)
export const absent = new Rule('nothing', (value) => value === undefined)
export const time = new Rule(
  'an ISO 8601 time in UTC',
  (value) =>
    typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value)),
)

export function listOf(length: number): Rule {
  return new Rule(`a list of ${length}`, (value) => Array.isArray(value) && value.length === length)
}

/** A list that contains an element that matches. */
export const containing = (pattern: Pattern): Rule => new ContainingRule(pattern)
export const lacking = (pattern: Pattern): Rule => new ContainingRule(pattern, false)

class ContainingRule extends Rule {
  constructor(
    readonly pattern: Pattern,
    readonly wanted = true,
  ) {
    super(wanted ? 'a list with a certain element' : 'a list without a certain element', () => false)
  }
}

/** Replaces `$names` by their values, in payloads and patterns. A key may be a name too. */
export function fill(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return value.startsWith('$') ? known(value.slice(1), names) : value
  if (value instanceof ContainingRule) {
    return new ContainingRule(fill(value.pattern, names) as Pattern, value.wanted)
  }
  if (value instanceof Rule || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => fill(item, names))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [String(fill(key, names)), fill(item, names)]),
  )
}

function known(name: string, names: Names): unknown {
  if (!names.has(name)) throw new Error(`The script speaks of $${name}, which no step has kept`)
  return names.get(name)
}

/** What does not match, as `path: wanted …, got …`; undefined if everything does. */
export function mismatch(value: unknown, pattern: Pattern, path = ''): string | undefined {
  const wrong = (wants: string): string => `${path || 'it'}: wanted ${wants}, got ${brief(value)}`
  if (pattern instanceof ContainingRule) {
    if (!Array.isArray(value)) return wrong('a list')
    const has = value.some((item) => mismatch(item, pattern.pattern) === undefined)
    if (has === pattern.wanted) return undefined
    return wrong(`a list ${pattern.wanted ? 'with' : 'without'} ${brief(pattern.pattern)}`)
  }
  if (pattern instanceof Rule) return pattern.fits(value) ? undefined : wrong(pattern.wants)
  if (pattern === null || typeof pattern !== 'object') {
    return Object.is(value, pattern) ? undefined : wrong(brief(pattern))
  }
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value)) return wrong('a list')
    if (value.length !== pattern.length) return wrong(`${pattern.length} elements`)
    return first(pattern.map((item, i) => mismatch(value[i], item, `${path}[${i}]`)))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object')
  const fields: Record<string, unknown> = { ...value }
  return first(
    Object.entries(pattern).map(([field, item]) =>
      mismatch(fields[field], item, path ? `${path}.${field}` : field),
    ),
  )
}

const first = (found: readonly (string | undefined)[]): string | undefined =>
  found.find((one) => one !== undefined)

function brief(value: unknown): string {
  const shown =
    JSON.stringify(value, (_, item) => (item instanceof Rule ? `<${item.wants}>` : item)) ?? 'nothing'
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown
}

/** The part of a value that a path such as `messages.0.id` names. */
export function partOf(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((part, field) => {
    if (typeof part !== 'object' || part === null) return undefined
    return new Map(Object.entries(part)).get(field)
  }, value)
}
