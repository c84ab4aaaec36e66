import type { FileMetadata, Metadata, Room, SystemMetadata } from '@roomful/protocol'

/**
 * The app's own message kinds and room metadata, declared once. Each value is a type or a Standard Schema (valibot, zod,
 * arktype, …).
 *
 * `messages`: the metadata of each kind. `send` then requires it, and `type` discriminates shown messages. The built-in
 * kinds `text`, `reply`, `image`, `file` and `system` stay; all but `system` may be declared again. `room`: the metadata of
 * rooms.
 *
 * Types only: nothing is validated at run time, and a message of another version of the app is shown as it is. Validate
 * with the schema what must be right.
 *
 * @example
 * import * as v from 'valibot'
 * const pollSchema = v.object({ options: v.array(v.string()) })
 *
 * declare module '@roomful/client' {
 *   interface Register {
 *     messages: { poll: typeof pollSchema; song: { title: string } }
 *     room: { topic: string }
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add to it, which only an interface allows.
export interface Register {}

/** A schema's input: the client runs no schema, so a reader gets exactly what the writer passed. */
type InputOf<T> = T extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly input: infer In }
    ? In
    : never
  : T

type Nothing = Record<never, never>
type OwnKinds = Register extends { messages: infer Kinds }
  ? { [K in Exclude<keyof Kinds & string, 'system'>]: InputOf<Kinds[K]> }
  : Nothing
type BuiltIn = {
  text: Metadata
  reply: OwnKinds extends { text: infer Text } ? Text : Metadata
  image: FileMetadata
  file: FileMetadata
  system: SystemMetadata
}
type Kinds = Omit<BuiltIn, keyof OwnKinds> & OwnKinds

/** The message kinds that this app knows; any string where none are registered. See `Register`. */
export type MessageType = Register extends { messages: unknown } ? keyof Kinds : string

/** The metadata of a message kind: JSON of at most 4 KB, 64 keys, 8 levels. See `Register`. */
export type MessageMetadata<T extends MessageType = MessageType> = T extends keyof Kinds ? Kinds[T] : Metadata

/**
 * The `type` of a message whose kind this app does not know, such as one of a newer version: a string at run time. An enum
 * member, because it is the only open subtype of `string` that `===` with a literal excludes: with `string & {}` in the
 * union nothing narrows.
 */
export declare enum UnknownType {
  Any = '',
}

/** Optional where no field is required. */
type MetadataField<M> = Nothing extends M
  ? { metadata?: M }
  : undefined extends M
    ? { metadata?: Exclude<M, undefined> }
    : { metadata: M }

/** Always optional here: `send('hello')` and a composer pass text only. */
type TextKind = 'text' | 'reply'
type FieldOfKind<K extends keyof Kinds> = K extends TextKind
  ? { metadata?: Kinds[K] }
  : MetadataField<Kinds[K]>

type Known = { [K in keyof Kinds]: { type: K; deleted: false } & FieldOfKind<K> }[keyof Kinds]
type Unknown = { type: UnknownType; deleted: false; metadata?: Metadata }
type Tombstone = { type: keyof Kinds | UnknownType; deleted: true; metadata?: undefined }

/** The part of a shown message that depends on its kind. */
export type ShownKind = Register extends { messages: unknown }
  ? Known | Unknown | Tombstone
  : { type: string; deleted: boolean; metadata?: Metadata }

type Sendable = Exclude<keyof Kinds, 'system'>

/** The part of a message to be sent that depends on its kind. */
export type SentKind = Register extends { messages: unknown }
  ? { [K in Sendable]: (K extends TextKind ? { type?: K } : { type: K }) & FieldOfKind<K> }[Sendable]
  : { type?: string; metadata?: Metadata }

/** The metadata of a room: JSON of at most 4 KB, 64 keys, 8 levels. See `Register`. */
export type RoomMetadata = Register extends { room: infer T } ? InputOf<T> : Metadata

/** The metadata argument of `createRoom`. */
export type WithRoomMetadata = MetadataField<RoomMetadata>

/** A room's row: name, type, settings, creator. Direct rooms and a server's default rooms have empty metadata. */
export type RoomRow = Omit<Room, 'metadata'> & {
  readonly metadata: Register extends { room: unknown } ? Partial<RoomMetadata> : Metadata
}
