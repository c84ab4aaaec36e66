import type { ClientId, MessageId, RoomId, UserId } from './ids'

/** Turns a string into a branded id without decoding: for values that this process made or has checked. */
export const asRoomId = (id: string): RoomId => id as RoomId
export const asMessageId = (id: string): MessageId => id as MessageId
export const asUserId = (id: string): UserId => id as UserId
export const asClientId = (id: string): ClientId => id as ClientId

/**
 * The sender of a message of type `system` that the app's backend sent. It is no user: no one can sign in under this id,
 * and such a message has an empty `senderName`.
 */
export const SYSTEM_SENDER = 'roomful:server' as UserId
