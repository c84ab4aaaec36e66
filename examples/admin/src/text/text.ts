const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

/** One decimal where it says something. */
export const number = (value: number): string => (value < 10 ? short : whole).format(value)

/** A time of the server, in the operator's zone. */
export function time(iso: string): string {
  const ms = Date.parse(iso)
  return Number.isNaN(ms) ? iso : moment.format(ms)
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${whole.format(count)} ${count === 1 ? one : many}`
