import { expect, test } from 'vitest'
import { ChatError } from './chat-error'
import { type Hold, longerHold, NO_HOLD, relaxed } from './hold'

const failing = (times: number, error: ChatError | null = null): Hold =>
  Array.from({ length: times }).reduce<Hold>(
    (hold) => longerHold(hold, error, { now: 100, random: 0 }),
    NO_HOLD,
  )

test('waits twice as long each time, and no shorter than the server asked for', () => {
  expect([1, 2, 3, 20].map((times) => failing(times).until - 100)).toEqual([500, 1_000, 2_000, 30_000])
  const asked = new ChatError('RATE_LIMITED', 'slower', { retry: 'after', retryAfterMs: 7_000 })
  expect(failing(1, asked).until).toBe(7_100)
})

test('on another connection, or after waking, only what the server asked for is waited for', () => {
  expect(relaxed(failing(9))).toEqual({ until: 100, tries: 0, least: 100 })
  const asked = new ChatError('RATE_LIMITED', 'slower', { retry: 'after', retryAfterMs: 7_000 })
  expect(relaxed(failing(9, asked))).toEqual({ until: 7_100, tries: 0, least: 7_100 })
  expect(relaxed(NO_HOLD)).toBe(NO_HOLD)
})
