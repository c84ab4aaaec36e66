import { CliError, EXIT } from './failure'

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** `90s`, `15m`, `12h`, `30d`, or a plain number of seconds. */
export function parseSeconds(typed: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd]?)$/.exec(typed) ?? []
  const seconds = Number(count) * (SECONDS[unit || 's'] ?? 1)
  if (count === undefined || !Number.isSafeInteger(seconds)) {
    throw new CliError('USAGE', `"${typed}" is no duration`, 'such as 90s, 15m, 12h or 30d', EXIT.usage)
  }
  return seconds
}

/** A natural number, as typed. */
export function parseNatural(typed: string): number {
  const value = Number(typed)
  if (!/^\d+$/.test(typed) || !Number.isSafeInteger(value)) {
    throw new CliError('USAGE', `"${typed}" is no whole number`, undefined, EXIT.usage)
  }
  return value
}
