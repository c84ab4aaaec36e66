import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket'

function bucket(perSecond: number, burst: number) {
  let now = 1_000_000
  const clock = { now: () => now, setTimer: () => () => {} }
  return { bucket: new TokenBucket({ perSecond, burst }, clock), pass: (ms: number) => (now += ms) }
}

test('gives its burst at once, then its rate, and never more than the burst', () => {
  const { bucket: tokens, pass } = bucket(10, 20)
  expect(tokens.take(25)).toBe(20)
  expect(tokens.take(1)).toBe(0)
  expect(tokens.retryAfterMs).toBe(100)
  pass(50)
  expect(tokens.take(1)).toBe(0)
  expect(tokens.retryAfterMs).toBe(50)
  pass(50)
  expect(tokens.take(1)).toBe(1)
  pass(3_600_000)
  expect(tokens.isFull).toBe(true)
  expect(tokens.take(100)).toBe(20)
})

test('waiting for retryAfterMs is always enough', () => {
  const { bucket: tokens, pass } = bucket(3, 1)
  for (let n = 0; n < 100; n++) {
    expect(tokens.take(1)).toBe(1)
    pass(tokens.retryAfterMs)
  }
})

test('0 a second is no limit; a clock that is set back gives nothing', () => {
  expect(bucket(0, 0).bucket.take(1_000)).toBe(1_000)
  const { bucket: tokens, pass } = bucket(10, 1)
  tokens.take(1)
  pass(-5_000)
  expect(tokens.take(1)).toBe(0)
  pass(100)
  expect(tokens.take(1)).toBe(1)
})
