import { LIMITS } from './limits'
import type { Metadata } from './metadata'
import { byteLength, isStorableText } from './text'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Its bounds. `isStrict`: it came over the wire, and must already be plain. */
type Bounds = {
  readonly depth: number
  readonly keys: number
  readonly bytes: number
  /** Only texts that every store returns byte for byte. */
  readonly isStorable: boolean
  readonly isStrict?: boolean
}

const METADATA_BOUNDS: Bounds = {
  depth: LIMITS.metadataDepth,
  keys: LIMITS.metadataKeys,
  bytes: LIMITS.metadataBytes,
  isStorable: true,
}

/** A whole request: metadata is at most four levels deep in it, and its texts have their own rules. */
const PAYLOAD_BOUNDS: Bounds = {
  depth: LIMITS.metadataDepth + 4,
  keys: LIMITS.frameBytes,
  bytes: LIMITS.frameBytes,
  isStorable: false,
}

const WIRE_BOUNDS: Bounds = { ...METADATA_BOUNDS, isStrict: true }

/** `field`: the path of what JSON cannot carry. `reason` completes the sentence: "is a bigint". */
export type Plain<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly field: string
      readonly reason: string
      readonly limit?: number
      /** What the app's own code threw. */
      readonly cause?: unknown
    }

/** Keys by which a value could reach a prototype. */
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

const FIELD_LENGTH = 100

class NotPlain extends Error {
  constructor(
    reason: string,
    readonly limit?: number,
  ) {
    super(reason)
  }
}

/**
 * A frozen copy of the app's value, as plain JSON within the limits of metadata: of a Proxy what it shows, of an object
 * with `toJSON` (a `Date`) its result, without properties that are undefined. It refuses what would arrive changed:
 * BigInt, function, symbol, NaN, a class instance, a list with a hole, a cycle, and what throws when it is read.
 *
 * @example
 * plainMetadata({ n: 1n }) // { ok: false, field: 'metadata.n', reason: 'is a bigint' }
 */
export const plainMetadata = (value: unknown): Plain<Metadata> =>
  asObject(plainJson(value, 'metadata', METADATA_BOUNDS), 'metadata')

/** The same for the payload of a request, with the bounds of one frame. */
export function plainPayload(value: unknown): Plain<Metadata> {
  const payload = asObject(plainJson(value, '', PAYLOAD_BOUNDS), '')
  if (!payload.ok || payload.value.metadata === undefined) return payload
  const metadata = plainMetadata(payload.value.metadata)
  return metadata.ok ? payload : metadata
}

/** Is it plain already, as it came over the wire? */
export const isMetadata = (value: unknown): value is Metadata =>
  asObject(plainJson(value, '', WIRE_BOUNDS), '').ok

function asObject(plain: Plain<Json>, field: string): Plain<Metadata> {
  if (!plain.ok) return plain
  const { value } = plain
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, field, reason: 'is not an object' }
  return { ok: true, value }
}

/** Never goes deeper than the bounds, so that neither the stack nor an endless Proxy can hurt. */
function plainJson(value: unknown, field: string, bounds: Bounds): Plain<Json> {
  /** The path that is being read: the app's own code may throw there. */
  let at = field
  let keys = 0
  let size = 0

  const grow = (by: number): void => {
    size += by
    // Written so that it also refuses a length that is NaN.
    if (!(size <= bounds.bytes)) throw new NotPlain(`is larger than ${bounds.bytes} bytes`, bounds.bytes)
  }

  const textOf = (text: string): string => {
    grow(text.length)
    if (bounds.isStorable && !isStorableText(text)) throw new NotPlain('has characters that cannot be kept')
    return text
  }

  const walk = (given: unknown, above: readonly unknown[]): Json | undefined => {
    const item = bounds.isStrict ? given : jsonOf(given)
    if (item === null || typeof item === 'boolean' || item === undefined) return item
    if (typeof item === 'string') return textOf(item)
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) throw new NotPlain(`is ${item}`)
      // JSON has no -0.
      return item === 0 ? 0 : item
    }
    if (typeof item !== 'object') throw new NotPlain(`is a ${typeof item}`)
    if (above.includes(given)) throw new NotPlain('contains itself')
    if (above.length >= bounds.depth)
      throw new NotPlain(`is nested more than ${bounds.depth} levels deep`, bounds.depth)
    return Array.isArray(item) ? listOf(item, [...above, given]) : objectOf(item, [...above, given])
  }

  const listOf = (list: readonly unknown[], above: readonly unknown[]): Json => {
    const path = at
    const copy: Json[] = []
    grow(2 * list.length)
    for (let i = 0; i < list.length; i++) {
      at = `${path}.${i}`
      const item = walk(list[i], above)
      if (item === undefined) throw new NotPlain('is undefined')
      copy.push(item)
    }
    return Object.freeze(copy) as Json[]
  }

  const objectOf = (object: object, above: readonly unknown[]): Json => {
    if (!isPlainObject(object)) throw new NotPlain('is not a plain object')
    const path = at
    const copy: { [key: string]: Json } = {}
    for (const name of Object.keys(object)) {
      at = path === '' ? name : `${path}.${name}`
      const item = walk(object[name], above)
      if (item === undefined && !bounds.isStrict) continue
      if (item === undefined) throw new NotPlain('is undefined')
      if (FORBIDDEN_KEYS.has(textOf(name))) throw new NotPlain('has a forbidden name')
      if (++keys > bounds.keys) {
        at = field
        throw new NotPlain(`has more than ${bounds.keys} keys`, bounds.keys)
      }
      copy[name] = item
    }
    return Object.freeze(copy)
  }

  try {
    const copy = walk(value, [])
    if (copy === undefined) throw new NotPlain('is undefined')
    at = field
    grow(byteLength(JSON.stringify(copy)) - size)
    return { ok: true, value: copy }
  } catch (cause) {
    const refused = { ok: false as const, field: at.slice(0, FIELD_LENGTH) }
    if (!(cause instanceof NotPlain)) return { ...refused, reason: 'could not be read', cause }
    const { message: reason, limit } = cause
    return { ...refused, reason, ...(limit !== undefined && { limit }) }
  }
}

/** As `JSON.stringify` does it; but an invalid date is not null. */
function jsonOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return value
  if (typeof value.toJSON !== 'function') return value
  if (value instanceof Date && Number.isNaN(value.getTime())) throw new NotPlain('is an invalid date')
  return value.toJSON('')
}

/** Of any realm: a frame's `Object.prototype` is another one. */
function isPlainObject(value: object): value is Readonly<Record<string, unknown>> {
  const prototype = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
