import { createHash } from 'node:crypto'
import type { UserId } from '@roomful/protocol'

/** Eight ids of 128 characters: what Postgres can keep in an index. */
const LONGEST = 1_031

/**
 * What tells the direct-message room of some people from all others: the same people, the same key. Ids hold no space, so
 * two sets never make one key.
 */
export function dmKeyOf(userIds: readonly UserId[]): string {
  const key = [...userIds].sort().join(' ')
  return Buffer.byteLength(key) <= LONGEST ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`
}
