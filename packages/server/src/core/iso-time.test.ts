import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isoTime, msOfIso } from './iso-time'

const dates = fc.date({
  min: new Date('0000-01-01'),
  max: new Date('9999-12-31T23:59:59.999Z'),
  noInvalidDate: true,
})

test('writes what Date writes, and reads it back', () => {
  fc.assert(
    fc.property(dates, (date) => {
      expect(isoTime(date.getTime())).toBe(date.toISOString())
      expect(msOfIso(date.toISOString())).toBe(date.getTime())
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  '2024-02-29T23:59:59.999Z',
  '2000-02-29T00:00:00Z',
  '1900-03-01T00:00:00Z',
  '2026-01-01T01:30:00+01:30',
  '2026-01-01T01:30:00.5-0800',
  '2026-01-01T01:30:00.123456789+05',
  '1969-12-31T23:59:59.999Z',
])('reads %s as Date does', (iso) => {
  const forDate = iso
    .replace(/([+-]\d\d)$/, '$1:00')
    .replace(/([+-]\d\d)(\d\d)$/, '$1:$2')
    .replace(/(\.\d{3})\d+/, '$1')
  expect(msOfIso(iso)).toBe(Date.parse(forDate))
})

test.each(['', 'now', '2026-01-01', '2026-01-01T00:00:00', '2026-01-01T00:00:00 UTC'])(
  '%j is no time',
  (text) => {
    expect(msOfIso(text)).toBeNaN()
  },
)
