import { clientEvents, contentProblem, decodePayload, isClientEvent } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { Chance } from '../integration/fuzz/chance'
import { EVENTS, Pool, validPayload } from '../integration/fuzz/valid'

type Place = readonly string[]

/** Where the texts of a payload are. */
function* textsOf(value: unknown, place: Place = []): Generator<Place> {
  if (typeof value === 'string') yield place
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) yield* textsOf(item, [...place, key])
}

/** The same with a NUL at the end of that text. */
function withNul(value: unknown, [key, ...rest]: Place): unknown {
  if (key === undefined) return `${String(value)}\0`
  const entries = Object.entries(value as object).map(([name, item]) => [
    name,
    name === key ? withNul(item, rest) : item,
  ])
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries)
}

/** Not stored, or checked by the rules of content. */
const isExempt = (event: string, place: Place): boolean =>
  event === 'refresh-token' || place.at(-1) === 'content'

test('NUL is refused in every text of every event, before any store sees it (P10)', () => {
  const chance = new Chance(1)
  const seen = new Set<string>()
  const taken = new Set<string>()
  for (let round = 0; round < 200; round++) {
    for (const event of EVENTS) {
      const payload = { ...validPayload(chance, event, new Pool()), ...extras(event) }
      for (const place of textsOf(payload)) {
        const field = `${event}: ${place.join('.')}`
        seen.add(field)
        if (!isExempt(event, place) && decodePayload(event, withNul(payload, place)).ok) taken.add(field)
      }
    }
  }
  expect(EVENTS.every(isClientEvent)).toBe(true)
  expect(seen.size).toBeGreaterThan(Object.keys(clientEvents).length * 2)
  expect([...taken]).toEqual([])
  expect(contentProblem('a\0b')).toBe('INVALID_CONTENT')
})

/** Texts that no other test draws. */
function extras(event: string): object {
  switch (event) {
    case 'list-rooms':
      return { query: 'room', after: 'room Room' }
    case 'list-reports':
    case 'fetch-audit':
      return { after: '0' }
    case 'create-room':
    case 'update-room':
      return { metadata: { key: 'value' } }
    case 'remove-member':
    case 'ban-member':
    case 'report-message':
      return { reason: 'spam' }
    default:
      return {}
  }
}
