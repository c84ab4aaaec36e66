import { expect, test } from 'vitest'
import { checkClock } from './clock'

const DATE = 'Mon, 30 Nov 2026 12:00:00 GMT'
const at = (ms: number): number => Date.parse(DATE) + ms

test.each([
  [0, 'good', '0 s apart'],
  // The same clock, late in its second.
  [999, 'good', '0 s apart'],
  [3_000, 'good', '2 s apart'],
  [-2_000, 'good', '2 s apart'],
  [-31_000, 'bad', '31 s apart'],
  [32_000, 'bad', '31 s apart'],
])('an answer that comes %i ms after its date', (ms, verdict, found) => {
  const finding = checkClock(DATE, at(ms))
  expect(finding).toMatchObject({ check: 'clock', verdict })
  expect(finding.found).toContain(found)
})

test('an answer without a date', () => {
  expect(checkClock(null, 0)).toMatchObject({ verdict: 'skipped' })
})
