import { cleanName, LIMITS, type RoomId, type User } from '@roomful/protocol'
import { actingUser, type SignedIn } from '../auth/acting-user'
import type { Identity } from '../auth/identity'
import type { Refusal } from '../core/ops'
import { type ModerateDeps, moderate } from './moderate'
import { refused } from './refused'

/** The name that the app's hook accepts for a room, or its refusal. */
export async function moderateRoomName(
  deps: ModerateDeps,
  { roomId, name, ...by }: { roomId: RoomId; user: SignedIn; name: string },
): Promise<{ name: string } | Refusal> {
  const user = actingUser(by.user)
  const moderated = await moderate(deps, { kind: 'room-name', roomId, user, content: name, type: 'name' })
  if ('ok' in moderated) return moderated
  return moderated.content === name ? { name } : cleaned(moderated.content, LIMITS.roomNameLength)
}

/**
 * The identity under a name that the app's hook accepts. A known user whose new name is refused, or cannot be checked
 * now, keeps the one they have: they must still be able to sign in.
 */
export async function moderateUserName(
  deps: ModerateDeps,
  identity: Identity,
  known: User | undefined,
): Promise<Identity | Refusal> {
  const { name } = identity
  if (known?.name === name) return identity
  const user = actingUser(identity)
  const moderated = await moderate(deps, { kind: 'user-name', user, content: name, type: 'name' })
  const accepted =
    'ok' in moderated || moderated.content === name
      ? moderated
      : cleaned(moderated.content, LIMITS.userNameLength)
  if (!('ok' in accepted)) return { ...identity, name: 'name' in accepted ? accepted.name : name }
  return known ? { ...identity, name: known.name } : accepted
}

/** Nothing visible is left of it: there is no such name. */
function cleaned(text: string, length: number): { name: string } | Refusal {
  const name = cleanName(text, length)
  return name === '' ? refused(undefined, 'name') : { name }
}
