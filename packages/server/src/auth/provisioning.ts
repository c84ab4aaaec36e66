import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Store } from '../stores/port'
import { withProfileOf } from './acting-user'
import { type Identity, NEVER_NAMED } from './identity'

/**
 * Who makes users, and says what others see of them. `at-sign-in`: their sign-in. `by-api`: only the server API; a user
 * that it has not made is refused with USER_NOT_FOUND, and a name or picture in a token changes none.
 */
export type Provisioning = 'at-sign-in' | 'by-api'

/** The identity under what the server API says of the user, if only that counts. */
export async function provisioned(
  { store, provisioning }: { readonly store: Pick<Store, 'read'>; readonly provisioning: Provisioning },
  identity: Identity,
): Promise<Identity | Refusal> {
  if (provisioning === 'at-sign-in') return identity
  const known = await store.read((reader) => reader.user(identity.id))
  if (!known) return refuse('USER_NOT_FOUND')
  return { ...withProfileOf(known, identity), namedAt: NEVER_NAMED }
}
