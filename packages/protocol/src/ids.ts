import * as v from 'valibot'
import { asClientId, asMessageId, asRoomId, asUserId } from './branded'
import { ROOM_ID } from './room-id'
import { USER_ID } from './user-id'

declare const brand: unique symbol
/**
 * Distinguishes ids of different things. Not valibot's `Brand`: then the declarations of an app would have to name
 * valibot.
 */
export interface Brand<Name extends string> {
  readonly [brand]: Name
}

/**
 * A room's id on the wire: a UUIDv7 (prefixed with `ephemeral_` for an ephemeral room), or a word that the server's
 * operator chose.
 */
export const RoomId = v.pipe(v.string(), v.regex(ROOM_ID), v.transform(asRoomId))
export type RoomId = string & Brand<'RoomId'>

/** Made by the server (UUIDv7); the pattern is wider so that other backends' ids fit. */
export const MessageId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{1,64}$/), v.transform(asMessageId))
export type MessageId = string & Brand<'MessageId'>

/** The `sub` of the token in the identity provider's form: `auth0|7`, `ann@example.com` or `tenant/ann`. */
export const UserId = v.pipe(v.string(), v.regex(USER_ID), v.transform(asUserId))
export type UserId = string & Brand<'UserId'>

/** The idempotency key of a send: one (room, sender, clientId) is one message, for ever (I4). */
export const ClientId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/), v.transform(asClientId))
export type ClientId = string & Brand<'ClientId'>

/** The idempotency key of an edit, delete or reaction. */
export const OpId = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{8,64}$/))

/** Identity of the server's history; a restored or failed-over database gets a new one. */
export const Epoch = v.pipe(v.string(), v.minLength(1), v.maxLength(64))

const natural = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

/** A message's place in its room: 1..lastSeq without a hole. 0 stands before the first. */
export const Seq = natural
/** A change's number in its room: 1..rev without a hole. 0 stands before the first. */
export const Rev = natural
export const Count = natural

export const IsoTime = v.pipe(v.string(), v.isoTimestamp())
