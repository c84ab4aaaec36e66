import { parseNatural, parseSeconds } from './duration'
import { CliError, EXIT } from './failure'

/** Where to begin: after a message's seq, or with the messages from so long ago, or from a time on. */
export type Since =
  | { readonly kind: 'seq'; readonly seq: number }
  | { readonly kind: 'ago'; readonly ms: number }
  | { readonly kind: 'time'; readonly ms: number }

/** `42` is a seq, `5m` five minutes ago; a time is one that names its zone, as messages have them. */
export function parseSince(typed: string): Since {
  if (/^-?\d+$/.test(typed)) return { kind: 'seq', seq: parseNatural(typed) }
  if (/^\d+[smhd]$/.test(typed)) return { kind: 'ago', ms: parseSeconds(typed) * 1_000 }
  const ms = /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(typed) ? Date.parse(typed) : Number.NaN
  if (!Number.isNaN(ms)) return { kind: 'time', ms }
  const advice = 'such as 42, 5m, 2h, 7d or 2026-01-31T08:00:00Z'
  throw new CliError('USAGE', `"${typed}" is neither a seq nor a time`, advice, EXIT.usage)
}
