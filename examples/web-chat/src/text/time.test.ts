import { expect, test } from 'vitest'
import { dayLabel, dayOf, lasting, listTime, shortTime } from './time'

const now = new Date(2026, 2, 1, 12, 0)
const iso = (...[year, month, day, hour]: [number, number, number, number]) =>
  new Date(year, month, day, hour).toISOString()

test('near days have names, others a date', () => {
  expect(dayLabel(iso(2026, 2, 1, 0), now)).toBe('Today')
  expect(dayLabel(iso(2026, 1, 28, 23), now)).toBe('Yesterday')
  expect(dayLabel(iso(2026, 1, 27, 23), now)).toContain('27')
  expect(dayLabel(iso(2026, 1, 27, 23), now)).not.toContain('2026')
  expect(dayLabel(iso(2025, 1, 27, 23), now)).toContain('2025')
})

test('a day is in the reader’s time zone', () => {
  expect(dayOf(iso(2026, 2, 1, 0))).toBe(dayOf(iso(2026, 2, 1, 23)))
  expect(dayOf(iso(2026, 2, 1, 0))).not.toBe(dayOf(iso(2026, 1, 28, 23)))
})

test('the list shows the clock today and the date before', () => {
  expect(listTime(iso(2026, 2, 1, 9), now)).toMatch(/\d+:\d\d/)
  expect(listTime(iso(2026, 1, 28, 9), now)).toContain('28')
})

test.each([
  [1, '1 s'],
  [59, '59 s'],
  [61, '2 min'],
  [3_600, '1 h'],
  [172_801, '3 days'],
])('a countdown of %d seconds is %s', (seconds, text) => {
  expect(lasting(seconds)).toBe(text)
})

test('the short time has no AM or PM', () => {
  expect(shortTime('2026-01-15T12:34:00.000Z')).toMatch(/^\d\d?.\d\d$/)
})
