import type { RoomId } from './ids'

export const ROOM_ID = /^[A-Za-z0-9_-]{1,64}$/

/** Names that no decoder accepts as keys of a map: such a room could be neither joined nor synced. */
const NO_KEYS = /^(__proto__|prototype|constructor)$/

/** Can a room have this id? */
export const isRoomId = (value: unknown): value is RoomId =>
  typeof value === 'string' && ROOM_ID.test(value) && !NO_KEYS.test(value)
