import type { Member, Room } from '@roomful/protocol'
import type { Allowed, RoomKinds } from './room-kinds'

/** A user's standing in a room. `none`: not in it now, whether they ever were or not. */
type Standing = 'owner' | 'admin' | 'member' | 'none' | 'server-admin'

/**
 * The only table of permissions. `server-admin` is what the token's claim adds to the user's role in the room; it
 * moderates everywhere, and reads or speaks only where its user has joined, visibly to the others.
 */
export const PERMISSIONS = {
  read: { owner: true, admin: true, member: true, none: false, 'server-admin': false },
  send: { owner: true, admin: true, member: true, none: false, 'server-admin': false },
  'send-in-read-only': { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  'skip-slow-mode': { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  'edit-own': { owner: true, admin: true, member: true, none: false, 'server-admin': false },
  // A moderator may remove an author's words, but never replace them.
  'edit-other': { owner: false, admin: false, member: false, none: false, 'server-admin': false },
  'delete-own': { owner: true, admin: true, member: true, none: false, 'server-admin': true },
  'delete-other': { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  pin: { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  // Of others: its sender, and the user whom it answers, need no permission.
  'cancel-stream': { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  react: { owner: true, admin: true, member: true, none: false, 'server-admin': false },
  join: { owner: true, admin: true, member: true, none: true, 'server-admin': true },
  leave: { owner: true, admin: true, member: true, none: false, 'server-admin': false },
  invite: { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  kick: { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  ban: { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  unban: { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  mute: { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  'set-role': { owner: true, admin: false, member: false, none: false, 'server-admin': true },
  'update-room': { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  // It removes other people's words without a trace: an owner archives instead.
  'delete-room': { owner: false, admin: false, member: false, none: false, 'server-admin': true },
  report: { owner: true, admin: true, member: true, none: false, 'server-admin': false },
  'handle-reports': { owner: true, admin: true, member: false, none: false, 'server-admin': true },
  'read-audit': { owner: true, admin: true, member: false, none: false, 'server-admin': true },
} as const satisfies Record<string, Record<Standing, boolean>>

export type Action = keyof typeof PERMISSIONS

/** A dm is a fixed set of equals: they enter by `open-dm` or its invitation, and none sets rules for the other. */
const NOT_IN_DMS: ReadonlySet<Action> = new Set<Action>([
  'join',
  'invite',
  'kick',
  'ban',
  'unban',
  'mute',
  'set-role',
  'update-room',
])

/** What takes a moderator elsewhere, and in a dm nobody: its people are equals. */
const OF_ALL_IN_DMS: ReadonlySet<Action> = new Set<Action>(['pin', 'cancel-stream'])

/** A user outside the room must not learn that it exists (P9): for them it is not found, whatever they ask. */
type Denial = 'ROOM_NOT_FOUND' | 'FORBIDDEN'

type Asking = {
  readonly room: Room | undefined
  readonly member: Member | undefined
  readonly serverAdmin: boolean
  /** What the app set for kinds of rooms. */
  readonly kinds: RoomKinds
}

/** Undefined: it is permitted. */
export function denialOf(action: Action, { room, member, serverAdmin, kinds }: Asking): Denial | undefined {
  if (!room) return 'ROOM_NOT_FOUND'
  const standing = standingIn(room, member)
  const known = standing !== 'none' || serverAdmin
  const allowed = allowedIn(room, action, kinds)
  if (allowed !== undefined) {
    // Who is in it already joins it again without a change.
    const isIn = action === 'join' && standing !== 'none'
    if (isIn || isAllowed(action, allowed, standing, serverAdmin)) return undefined
    return known || isOpen(room) ? 'FORBIDDEN' : 'ROOM_NOT_FOUND'
  }
  if (room.type === 'dm' && NOT_IN_DMS.has(action)) return known ? 'FORBIDDEN' : 'ROOM_NOT_FOUND'
  if (room.type === 'dm' && OF_ALL_IN_DMS.has(action) && standing !== 'none') return undefined
  // It ends by itself when all have left.
  if (room.type === 'ephemeral' && action === 'delete-room') return known ? 'FORBIDDEN' : 'ROOM_NOT_FOUND'
  if (serverAdmin && PERMISSIONS[action]['server-admin']) return undefined
  if (action === 'join' && standing === 'none' && !isOpen(room)) return 'ROOM_NOT_FOUND'
  if (PERMISSIONS[action][standing]) return undefined
  return standing === 'none' ? 'ROOM_NOT_FOUND' : 'FORBIDDEN'
}

/** Who may, if the room is of a kind with a rule for it. A kind that the server has no more is as its base. */
function allowedIn({ kind }: Room, action: Action, kinds: RoomKinds): Allowed | undefined {
  if (kind === undefined || action === 'read' || action === 'edit-other') return undefined
  return kinds.get(kind)?.who[action]
}

function isAllowed(action: Action, allowed: Allowed, standing: Standing, serverAdmin: boolean): boolean {
  switch (allowed) {
    case 'api':
      return false
    case 'server-admin':
      return serverAdmin
    case 'owner':
    case 'admin':
    case 'member':
      // As in other rooms, a server admin moderates without being in it, and speaks only as a member.
      if (serverAdmin && PERMISSIONS[action]['server-admin']) return true
      return standing !== 'none' && RANK[standing] >= RANK[allowed]
  }
}

/** The standing by membership alone; in a dm all are members. */
export function standingIn(room: Room, member: Member | undefined): Exclude<Standing, 'server-admin'> {
  if (!member || member.removed !== undefined) return 'none'
  return room.type === 'dm' ? 'member' : member.role
}

/** May any user join who knows the room? An ephemeral room is not listed, but its id is the invitation. */
function isOpen(room: Room): boolean {
  return room.type === 'public' || room.type === 'ephemeral'
}

const RANK = { 'server-admin': 3, owner: 2, admin: 1, member: 0, none: 0 } as const satisfies Record<
  Standing,
  number
>

/** No user removes, mutes or demotes an equal; two owners must agree, or the server's admin decides. */
export function outranks(asking: Omit<Asking, 'kinds'>, target: Member): boolean {
  if (!asking.room) return false
  const mine = asking.serverAdmin ? 'server-admin' : standingIn(asking.room, asking.member)
  return RANK[mine] > RANK[standingIn(asking.room, target)]
}
