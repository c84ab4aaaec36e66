import type { ClientId, MessageId, RoomId, UserId } from './ids'

/** Turns a string into a branded id without decoding: for values that this process made or has checked. */
export const asRoomId = (id: string): RoomId => id as RoomId
export const asMessageId = (id: string): MessageId => id as MessageId
export const asUserId = (id: string): UserId => id as UserId
export const asClientId = (id: string): ClientId => id as ClientId
