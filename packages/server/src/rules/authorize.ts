import type { Message, Room, UserId } from '@roomful/protocol'
import type { ActingUser } from '../auth/acting-user'
import type { Action } from '../core/authorise'

/** Acts that no role of a room permits or forbids: without the app's rules any user may. */
export const ACTS_OUTSIDE_ROOMS = [
  'create-room',
  'open-dm',
  'search-rooms',
  'upload-file',
  'download-file',
  'list-reported-rooms',
  'end-sessions',
  'use-server-api',
] as const

/** All that the app's `authorize` is asked about: the table of permissions, and what is done outside of rooms. */
export type AuthorizedAction = Action | (typeof ACTS_OUTSIDE_ROOMS)[number]

/** What is to be done, by whom and where. */
export type AuthorizedAct = {
  /** `admin`: the token's claim, a moderator of the whole server. */
  readonly user: ActingUser & { readonly admin: boolean }
  /** As it is now; of `create-room`, as it will be. Absent: the act is about no room, or about one that `open-dm` finds. */
  readonly room?: Room
  /** The other user it is done to: who is invited, kicked, banned, muted, given a role, signed out. */
  readonly target?: UserId
  /** Of `create-room` and `open-dm`: whom the user wants in it beside themselves. */
  readonly members?: readonly UserId[]
  /** The message that is edited, deleted, reacted to, pinned or reported; not the one that is sent (`beforeSend`). */
  readonly message?: Message
  /** Of `download-file`. */
  readonly fileId?: string
  /** Of `use-server-api`: what the user of an admin token asks for, by its name, such as `users.deactivate`. */
  readonly operation?: string
}

/**
 * `true` or `allow`: as the role permits it. `false` or `deny`: REFUSED, with the reason for the user, one line of at
 * most 500 characters. `cacheMs`: the server need not ask again for that long, 5 minutes at most.
 */
export type Authorization =
  | boolean
  | { readonly allow: true; readonly cacheMs?: number }
  | { readonly deny: string; readonly cacheMs?: number }

/**
 * An app's own rules, asked before every act that the table of permissions allows. It can forbid, and never permits what
 * the table does not. If it throws, the act is refused with INTERNAL; if it takes longer than 5 s, with UNAVAILABLE.
 *
 * @example
 * const banned = new Set(['mallory'])
 * const authorize: Authorize = (action, { user, room }) => {
 *   if (banned.has(user.id)) return { deny: 'Your account is on hold', cacheMs: 60_000 }
 *   if (action === 'send' && room?.metadata.frozen === true) return { deny: 'This ticket is closed' }
 *   return true
 * }
 */
export type Authorize = (
  action: AuthorizedAction,
  act: AuthorizedAct,
) => Authorization | Promise<Authorization>
