import { expect, test } from 'vitest'
import { safeValue } from './safe-value'

test('names and numbers stay, texts become their length', () => {
  const payload = {
    roomId: 'general',
    clientId: 'c-1',
    content: 'hello',
    seq: 7,
    deleted: false,
    replyTo: null,
  }
  expect(safeValue(payload, false)).toEqual({ ...payload, content: '(5 characters)' })
  expect(safeValue(payload, true)).toEqual(payload)
})

test('the metadata of an app is its own, keys and all', () => {
  expect(safeValue({ metadata: { 'the name of a patient': 1 } }, false)).toEqual({ metadata: '(1 fields)' })
})

test.each([true, false])('secrets are hidden, texts or not (%s)', (texts) => {
  const payload = { token: 't', inner: [{ accessToken: 't', password: 'p', Authorization: 'Bearer t' }] }
  expect(JSON.stringify(safeValue(payload, texts))).not.toMatch(/"[tp]"|Bearer/)
})

test('its size is bounded, however large, deep or odd the payload is', () => {
  const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`key ${i}`, 'x'.repeat(5_000)]))
  let deep: unknown = 1
  for (let i = 0; i < 100; i++) deep = { deep }
  for (const value of [wide, deep, Array.from({ length: 10_000 }, () => wide), 'x'.repeat(1e6)])
    expect(JSON.stringify(safeValue(value, true)).length).toBeLessThan(300_000)
  expect(safeValue({ no: undefined, fn: () => 1, nan: Number.NaN }, true)).toEqual({
    no: null,
    fn: null,
    nan: 'NaN',
  })
})
