import * as v from 'valibot'
import { LIMITS } from './limits'
import { byteLength, isStorableText } from './text'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
export type Metadata = { [key: string]: Json }

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype'])

/**
 * Is this a JSON object within the limits: depth, keys in all, bytes as JSON, no key that could reach a
 * prototype? Walks with a list of its own, because a value nested 5,000 deep must not overflow the stack.
 */
export function isMetadata(value: unknown): value is Metadata {
  if (!isPlainObject(value)) return false
  const left: { value: unknown; depth: number }[] = [{ value, depth: 1 }]
  let keys = 0
  for (let next = left.pop(); next; next = left.pop()) {
    const { value: item, depth } = next
    if (item === null || typeof item === 'boolean') continue
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) return false
      continue
    }
    if (typeof item === 'string') {
      if (!isStorableText(item)) return false
      continue
    }
    if (depth > LIMITS.metadataDepth) return false
    if (Array.isArray(item)) {
      keys += item.length
      if (keys > LIMITS.metadataBytes) return false
      for (const inner of item) left.push({ value: inner, depth: depth + 1 })
      continue
    }
    if (!isPlainObject(item)) return false
    const names = Object.keys(item)
    keys += names.length
    if (keys > LIMITS.metadataKeys) return false
    for (const name of names) {
      if (FORBIDDEN_KEYS.has(name) || !isStorableText(name)) return false
      left.push({ value: item[name], depth: depth + 1 })
    }
  }
  return byteLength(JSON.stringify(value)) <= LIMITS.metadataBytes
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** An app's own data on a message or a room: a small JSON object, kept as it is. */
export const Metadata = v.custom<Metadata>(isMetadata, 'metadata must be a small JSON object')
