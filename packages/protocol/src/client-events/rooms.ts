import * as v from 'valibot'
import { RoomId, UserId } from '../ids'
import { LIMITS } from '../limits'
import { Metadata } from '../metadata'
import { Head, Room, RoomSettings } from '../rows'
import { isName, isStorableText } from '../text'

const roomIds = v.pipe(v.array(RoomId), v.maxLength(LIMITS.syncRooms))

/** Subscribes this socket. Without ids (protocol 1): all of the user's rooms, up to a cap. */
export const JoinRooms = v.strictObject({ roomIds: v.exactOptional(roomIds) })
/** `heads` has each room that was joined; a missing or hidden room is not in it. */
export const JoinRoomsAck = v.object({ ok: v.literal(true), heads: v.record(v.string(), Head) })

export const LeaveRooms = v.strictObject({ roomIds })
export const OkAck = v.object({ ok: v.literal(true) })

export const RoomName = v.pipe(
  v.string(),
  v.maxLength(LIMITS.roomNameLength),
  v.check(isName, 'a name is visible characters on one line'),
)

const StrictSettings = v.strictObject(RoomSettings.entries)

/**
 * The creator becomes the owner. Of `members`, those whom the creator may add are members at once, and the others are
 * invited. Dms are opened with `open-dm` instead.
 */
export const CreateRoom = v.strictObject({
  name: RoomName,
  type: v.picklist(['public', 'private', 'ephemeral']),
  /** One of the server's own kinds, whose base is `type`. */
  kind: v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.typeLength), v.check(isStorableText))),
  members: v.exactOptional(v.pipe(v.array(UserId), v.maxLength(LIMITS.membersPage))),
  metadata: v.exactOptional(Metadata),
  settings: v.exactOptional(StrictSettings),
})
export type CreateRoom = v.InferOutput<typeof CreateRoom>

/** What changes; `editWindowSeconds: null` removes the window. */
const SettingsChange = v.strictObject({
  ...RoomSettings.entries,
  editWindowSeconds: v.exactOptional(v.nullable(RoomSettings.entries.editWindowSeconds.wrapped)),
})

/** Renames, changes settings (merged key by key) or metadata (replaced), archives. */
export const UpdateRoom = v.strictObject({
  roomId: RoomId,
  name: v.exactOptional(RoomName),
  metadata: v.exactOptional(Metadata),
  settings: v.exactOptional(SettingsChange),
})
export type UpdateRoom = v.InferOutput<typeof UpdateRoom>

/** A server admin deletes a room for all users, for good. Deleting a deleted room succeeds. */
export const DeleteRoom = v.strictObject({ roomId: RoomId })

/** Public rooms by name. `query` is a part of the name, taken literally; `after` is the `next` of the last page. */
export const ListRooms = v.strictObject({
  query: v.exactOptional(v.pipe(v.string(), v.maxLength(LIMITS.queryLength), v.check(isStorableText))),
  after: v.exactOptional(v.pipe(v.string(), v.maxLength(400), v.check(isStorableText))),
  limit: v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LIMITS.roomsPage))),
})
export type ListRooms = v.InferOutput<typeof ListRooms>
export const ListRoomsAck = v.object({
  ok: v.literal(true),
  rooms: v.array(Room),
  next: v.exactOptional(v.string()),
})

/** The one room of the caller and these users; created if it does not exist. */
export const OpenDm = v.strictObject({
  userIds: v.pipe(v.array(UserId), v.minLength(1), v.maxLength(LIMITS.dmMembers - 1)),
})
/** `invited`: who is not in it yet, whether such a user exists or not. */
export const RoomAck = v.object({
  ok: v.literal(true),
  room: Room,
  invited: v.exactOptional(v.array(UserId)),
})
