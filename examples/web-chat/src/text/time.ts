const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const withYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' })
const short = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'short' })

export const clockTime = (iso: string): string => clock.format(new Date(iso))
/** Without AM or PM: beside messages whose group shows it. */
export const shortTime = (iso: string): string =>
  clock
    .formatToParts(new Date(iso))
    .filter(({ type }) => type === 'hour' || type === 'minute' || type === 'literal')
    .map(({ value }) => value)
    .join('')
    .trim()
export const fullTime = (iso: string): string => full.format(new Date(iso))

/** The same calendar day, in the reader's time zone. */
export function dayOf(iso: string): string {
  return new Date(iso).toDateString()
}

/** For the divider between two days. */
export function dayLabel(iso: string, now = new Date()): string {
  const date = new Date(iso)
  if (date.toDateString() === now.toDateString()) return 'Today'
  const yesterday = new Date(now)
  yesterday.setDate(now.getDate() - 1)
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday'
  return date.getFullYear() === now.getFullYear() ? weekday.format(date) : withYear.format(date)
}

/** For the room list: the clock today, the date before. */
export function listTime(iso: string, now = new Date()): string {
  const date = new Date(iso)
  return date.toDateString() === now.toDateString() ? clock.format(date) : short.format(date)
}

/** For a countdown: in seconds, minutes, hours or days, whichever is not too exact. */
export function lasting(seconds: number): string {
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.ceil(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.ceil(seconds / 3_600)} h`
  return `${Math.ceil(seconds / 86_400)} days`
}
