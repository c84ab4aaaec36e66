import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { WakeReason } from './environment'
import { hostEnvironment } from './host-environment'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const heard = () => {
  const reasons: WakeReason[] = []
  return { reasons, stop: hostEnvironment.onWake((reason) => reasons.push(reason)) }
}
/** The device sleeps: its clock advances, its timers do not. */
const sleep = (ms: number) => vi.setSystemTime(Date.now() + ms)

test('a clock that has jumped ahead is a sign of sleep; one that only ticks is none', () => {
  const { reasons, stop } = heard()
  vi.advanceTimersByTime(60_000)
  expect(reasons).toEqual([])
  sleep(60_000)
  vi.advanceTimersByTime(2_000)
  expect(reasons).toEqual(['jump'])
  vi.advanceTimersByTime(60_000)
  vi.setSystemTime(Date.now() - 3_600_000)
  vi.advanceTimersByTime(60_000)
  expect(reasons).toEqual(['jump'])
  stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('in a page that is hidden its rare timers are none', () => {
  vi.stubGlobal('document', { visibilityState: 'hidden' })
  const { reasons, stop } = heard()
  sleep(60_000)
  vi.advanceTimersByTime(2_000)
  expect(reasons).toEqual([])
  stop()
})

test('the events of a page, and none after the end', () => {
  const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
  const window = new EventTarget()
  vi.stubGlobal('document', page)
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window))
  vi.stubGlobal('removeEventListener', window.removeEventListener.bind(window))
  const { reasons, stop } = heard()
  for (const event of ['online', 'pageshow', 'focus']) window.dispatchEvent(new Event(event))
  for (const event of ['resume', 'visibilitychange']) page.dispatchEvent(new Event(event))
  page.visibilityState = 'hidden'
  page.dispatchEvent(new Event('visibilitychange'))
  expect(reasons).toEqual(['online', 'pageshow', 'focus', 'resume', 'visible'])
  stop()
  for (const event of ['online', 'focus']) window.dispatchEvent(new Event(event))
  expect(reasons).toHaveLength(5)
})
