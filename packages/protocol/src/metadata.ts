import * as v from 'valibot'
import { isMetadata, type Json } from './plain-json'

/** An app's own data on a message or a room. See `LIMITS` for its size. */
export type Metadata = { [key: string]: Json }

/** An app's own data on a message or a room: a small JSON object, stored unchanged. */
export const Metadata = v.custom<Metadata>(isMetadata, 'metadata must be a small JSON object')
