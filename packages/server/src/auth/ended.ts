import type { Identity } from './identity'

/**
 * Was this token issued before all sessions of its user were ended? One that does not say when counts as old, and so does
 * one of the same second, for tokens tell no more.
 */
export const isEnded = ({ issuedAt }: Pick<Identity, 'issuedAt'>, endedAt: number | undefined): boolean =>
  endedAt !== undefined && (issuedAt ?? 0) <= endedAt
