import { expect, test } from 'vitest'
import { VerdictCache } from './verdict-cache'

const ALLOWED = { refusal: undefined }

test('keeps 10,000, and drops the one that was asked for least recently', () => {
  const cache = new VerdictCache({ now: () => 0 })
  for (let n = 0; n < 10_000; n++) cache.put(`key ${n}`, ALLOWED, 1)
  expect(cache.get('key 0')).toMatchObject(ALLOWED)
  cache.put('one more', ALLOWED, 1)
  expect(cache.get('key 0')).toMatchObject(ALLOWED)
  expect(cache.get('key 1')).toBeUndefined()
})

test('keeps nothing longer because the clock was set back', () => {
  let now = 10_000
  const cache = new VerdictCache({ now: () => now })
  cache.put('key', ALLOWED, 1_000)
  now = 9_000
  expect(cache.get('key')).toBeUndefined()
})
