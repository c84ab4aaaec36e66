import type { Action } from './authorise'

/**
 * Who may do something in rooms of a kind, with all who rank above: `member`, `admin`, `owner` of the room, or
 * `server-admin`, by the token's claim. `api`: no user, only the server API.
 */
export type Allowed = 'member' | 'admin' | 'owner' | 'server-admin' | 'api'

/** Reading is what membership is, and no one writes in another's name: these are the same in all rooms. */
export type KindAction = Exclude<Action, 'read' | 'edit-other'>

export type KindRules = {
  readonly base: 'public' | 'private'
  /** `anyone`: each user; `admin`: server admins; `api`: no user. */
  readonly create: 'anyone' | 'admin' | 'api'
  /** An action that is not here is as in other rooms of the base. */
  readonly who: { readonly [A in KindAction]?: Allowed }
}

/** The server's kinds of rooms, by name. */
export type RoomKinds = ReadonlyMap<string, KindRules>

export const NO_KINDS: RoomKinds = new Map()
