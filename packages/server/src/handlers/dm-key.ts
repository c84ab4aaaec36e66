import type { UserId } from '@roomful/protocol'
import { sha256 } from '../ports/sha-256'

/** Eight ids of 128 characters: Postgres can keep this in an index. */
const LONGEST = 1_031

/**
 * The key of a direct-message room: the same users give the same key. Ids hold no space, so two sets never give one
 * key.
 */
export async function dmKeyOf(userIds: readonly UserId[]): Promise<string> {
  const key = [...userIds].sort().join(' ')
  return new TextEncoder().encode(key).length <= LONGEST ? key : `sha256:${await sha256(key)}`
}
