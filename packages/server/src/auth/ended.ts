import type { Identity } from './identity'

/**
 * True if this token was issued before all sessions of its user were ended. A token without a time counts as old, and
 * so does one of the same second, because tokens have no finer time.
 */
export const isEnded = ({ issuedAt }: Pick<Identity, 'issuedAt'>, endedAt: number | undefined): boolean =>
  endedAt !== undefined && (issuedAt ?? 0) <= endedAt
