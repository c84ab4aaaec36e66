import { createHash } from 'node:crypto'
import type { UserId } from '@roomful/protocol'

/** Eight ids of 128 characters: Postgres can keep this in an index. */
const LONGEST = 1_031

/**
 * The key of a direct-message room: the same users give the same key. Ids hold no space, so two sets never give one
 * key.
 */
export function dmKeyOf(userIds: readonly UserId[]): string {
  const key = [...userIds].sort().join(' ')
  return Buffer.byteLength(key) <= LONGEST ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`
}
