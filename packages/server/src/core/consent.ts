/** `consent`: strangers are invited, and come in when they accept. `open`: anybody may put anybody anywhere. */
export type InvitationPolicy = 'open' | 'consent'

/** How one user stands to another, who asks to have them in a room. */
export type Relation = {
  /** There is such a user. */
  readonly exists: boolean
  /** They share a room that both came into by themselves. */
  readonly acquainted: boolean
  /** The user has blocked the one who asks. */
  readonly blocked: boolean
}

/**
 * `put`: into the room at once. `invite`: the user is asked, if there is one; whoever asks gets the same answer for a
 * stranger, for somebody who has blocked them and for nobody (P9). `absent`: USER_NOT_FOUND.
 */
export type Entry = 'put' | 'invite' | 'absent'

/**
 * What becomes of a user whom another wants in a room. `asAdmin`: the other is an admin of the server, who sees all users
 * anyway.
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
