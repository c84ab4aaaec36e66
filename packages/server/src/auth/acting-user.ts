import type { User } from '@roomful/protocol'
import type { Claims } from '../core/claims'
import { profileOf } from '../core/profile'
import type { Identity } from './identity'

/** The user of a connection, as the app's rules see them. */
export type ActingUser = User & {
  /** What the sign-in of this connection said; absent: nothing, or the app's backend acts. */
  readonly claims?: Claims
}

export type SignedIn = Pick<Identity, 'id' | 'name' | 'avatarUrl' | 'claims'>

/** As other users see them. */
export const userOf = ({ id, ...seen }: Pick<Identity, 'id' | 'name' | 'avatarUrl'>): User => ({
  id,
  ...profileOf(seen),
})

/** Once an identity, because each request wants it: an identity is never changed, but replaced. */
const users = new WeakMap<SignedIn, ActingUser>()

export function actingUser(identity: SignedIn): ActingUser {
  const known = users.get(identity)
  if (known) return known
  const { claims } = identity
  const user: ActingUser = { ...userOf(identity), ...(claims === undefined ? {} : { claims }) }
  users.set(identity, user)
  return user
}

/** The identity under what the user is called now. */
export const withProfileOf = ({ name, avatarUrl }: User, identity: Identity): Identity => ({
  ...identity,
  ...{ name, avatarUrl: avatarUrl ?? null },
})
