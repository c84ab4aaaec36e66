import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPace } from './pace'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

/** Requests this many turns; counts those that came. */
function ask(pace: ReturnType<typeof createPace>, count: number) {
  const seen = { left: 0, ended: 0, order: [] as number[] }
  for (let n = 0; n < count; n++)
    void pace.turn().then((goes) => {
      if (goes) seen.order.push(n)
      goes ? seen.left++ : seen.ended++
    })
  return seen
}

test('half of what a second takes leaves at once, the rest at the rate of the server, in order', async () => {
  const seen = ask(createPace(100, Date.now), 300)
  await vi.advanceTimersByTimeAsync(0)
  expect(seen.left).toBeGreaterThanOrEqual(50)
  expect(seen.left).toBeLessThanOrEqual(51)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(seen.left).toBeGreaterThan(140)
  expect(seen.left).toBeLessThanOrEqual(151)
  await vi.advanceTimersByTimeAsync(2_000)
  expect(seen.order).toEqual(Array.from({ length: 300 }, (_, n) => n))
})

test('a refusal holds all of them, for a second at most', async () => {
  const pace = createPace(100, Date.now)
  pace.hold(200)
  const seen = ask(pace, 1)
  await vi.advanceTimersByTimeAsync(199)
  expect(seen.left).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(seen.left).toBe(1)
  pace.hold(3_600_000)
  const next = ask(pace, 1)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(next.left).toBe(1)
})

test('without a limit nothing waits', async () => {
  const seen = ask(createPace(0, Date.now), 5_000)
  await vi.advanceTimersByTimeAsync(0)
  expect(seen.left).toBe(5_000)
})

test('I22: when the connection ends, waiting requests are not sent, and no timer is left (I23)', async () => {
  const pace = createPace(10, Date.now)
  const seen = ask(pace, 100)
  await vi.advanceTimersByTimeAsync(0)
  pace.end()
  await vi.advanceTimersByTimeAsync(0)
  expect(seen.left + seen.ended).toBe(100)
  expect(seen.ended).toBeGreaterThan(90)
  expect(vi.getTimerCount()).toBe(0)
})
