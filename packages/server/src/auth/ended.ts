import type { Identity } from './identity'

/**
 * True if this token was issued before all sessions of its user were ended. A token without a time counts as old, and
 * so does one of the same second, because tokens have no finer time.
 */
export const isEnded = ({ issuedAt }: Pick<Identity, 'issuedAt'>, endedAt: number | undefined): boolean =>
  endedAt !== undefined && (issuedAt ?? 0) <= endedAt

/** The end of a deactivated user's sessions: later than any token is issued. The last time of a `Date`. */
export const FOREVER_MS = 8.64e15
