/** `consent`: strangers are invited, and join when they accept. `open`: any user may put any other anywhere. */
export type InvitationPolicy = 'open' | 'consent'

/** The relation of one user to another who wants them in a room. */
export type Relation = {
  /** The user exists. */
  readonly exists: boolean
  /** They share a room that both joined themselves. */
  readonly acquainted: boolean
  /** The user has blocked the asking user. */
  readonly blocked: boolean
}

/**
 * `put`: into the room at once. `invite`: the user, if they exist, is invited; the answer is the same for a stranger, a
 * user who has blocked the asking one, and an unknown id (P9). `absent`: USER_NOT_FOUND.
 */
export type Entry = 'put' | 'invite' | 'absent'

/**
 * Whether a user whom another wants in a room is put there or invited. `asAdmin`: the other is an admin of the server,
 * who sees all users anyway.
 *
 * @example
 * entryOf('consent', { exists: true, acquainted: false, blocked: false }, false) // 'invite'
 */
export function entryOf(policy: InvitationPolicy, relation: Relation, asAdmin: boolean): Entry {
  const { exists, acquainted, blocked } = relation
  if (asAdmin) return exists ? 'put' : 'absent'
  const isReachable = exists && !blocked
  switch (policy) {
    case 'open':
      return isReachable ? 'put' : 'absent'
    case 'consent':
      return isReachable && acquainted ? 'put' : 'invite'
  }
}
