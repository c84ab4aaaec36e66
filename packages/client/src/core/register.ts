import type { Metadata } from '@roomful/protocol'

/**
 * The app's own kinds of messages, written down once for all of it. `messageType`: a union of names beside the built-in ones.
 * `metadata`: the type of a message's metadata, or a Standard Schema (valibot, zod, arktype, …) that has it.
 * Only types: a message of another version of the app shows as it is, so check with the schema what must be right.
 *
 * @example
 * declare module '@roomful/client' {
 *   interface Register {
 *     messageType: 'poll'
 *     metadata: typeof pollSchema // or { options: string[] }
 *   }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: apps add to it, which only an interface allows.
export interface Register {}

type Output<T> = T extends { readonly '~standard': { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly output: infer Out }
    ? Out
    : never
  : T

/** What a message carries beside its text: JSON of at most 4 KB, 64 keys, 8 levels. See `Register`. */
export type MessageMetadata = Register extends { metadata: infer T } ? Output<T> : Metadata

/** What may be sent. See `Register`; any short word where nothing is registered. */
export type MessageType = Register extends { messageType: infer T extends string }
  ? T | 'text' | 'image' | 'reply'
  : string
