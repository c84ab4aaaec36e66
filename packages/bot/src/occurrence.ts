import { Cron } from 'croner'

/**
 * When a repeated job runs: a cron pattern of five parts, or six with seconds first, in the time zone `timeZone` (default
 * UTC); or every so many ms.
 *
 * @example
 * const bot = createBot({ url, auth: token })
 * bot.every('stand-up', { cron: '0 9 * * 1-5', timeZone: 'Europe/Zurich' }, ({ send }) => send('general', 'Stand-up!'))
 */
export type Every = { readonly cron: string; readonly timeZone?: string } | { readonly everyMs: number }

/** The first time after this one, both in ms; undefined: never again. Throws for a pattern that is none. */
export function nextAfter(every: Every, after: number): number | undefined {
  if ('everyMs' in every) {
    if (!(every.everyMs >= 1)) throw new RangeError('everyMs is at least 1')
    return after + every.everyMs
  }
  const cron = new Cron(every.cron, { timezone: every.timeZone ?? 'UTC', paused: true })
  return cron.nextRun(new Date(after))?.getTime()
}
