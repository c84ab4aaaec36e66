// The calendar by hand: the core may not touch Date, and needs only these two functions of it.

const DAY_MS = 86_400_000
const DAYS_PER_ERA = 146_097
/** Days from 0000-03-01, where eras of 400 years begin, to 1970-01-01. */
const EPOCH_DAY = 719_468

const PATTERN =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/i

/** What `isoTime` writes with four digits of a year: 0000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z. */
export const FIRST_MS = -62_167_219_200_000
export const LAST_MS = 253_402_300_799_999

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/** Milliseconds since the epoch as ISO 8601 in UTC, as `Date.prototype.toISOString` writes years 0 to 9999. */
export function isoTime(ms: number): string {
  const days = Math.floor(ms / DAY_MS)
  const rest = ms - days * DAY_MS
  const shifted = days + EPOCH_DAY
  const era = Math.floor(shifted / DAYS_PER_ERA)
  const dayOfEra = shifted - era * DAYS_PER_ERA
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  // Months count from March here, so that the leap day is the last of the year.
  const march = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * march + 2) / 5) + 1
  const month = march < 10 ? march + 3 : march - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const clock = [Math.floor(rest / 3_600_000), Math.floor(rest / 60_000) % 60, Math.floor(rest / 1_000) % 60]
  const fraction = pad(Math.floor(rest) % 1_000, 3)
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}T${clock.map((part) => pad(part)).join(':')}.${fraction}Z`
}

/** Milliseconds since the epoch of an ISO 8601 timestamp with a zone; NaN for anything else. */
export function msOfIso(iso: string): number {
  const match = PATTERN.exec(iso)
  if (!match) return Number.NaN
  const [, year, month, day, hour, minute, second, fraction, sign, zoneHour, zoneMinute] = match
  const ofDay = Number(hour) * 3_600_000 + Number(minute) * 60_000 + Number(second ?? 0) * 1_000
  const ms = Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
  const zone = sign
    ? (sign === '-' ? -1 : 1) * (Number(zoneHour) * 3_600_000 + Number(zoneMinute ?? 0) * 60_000)
    : 0
  return daysSinceEpoch(Number(year), Number(month), Number(day)) * DAY_MS + ofDay + ms - zone
}

function daysSinceEpoch(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * DAYS_PER_ERA + dayOfEra - EPOCH_DAY
}
