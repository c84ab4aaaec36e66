import * as v from 'valibot'
import { isMetadata, type Metadata as PlainMetadata } from './plain-json'

export type Metadata = PlainMetadata

/** An app's own data on a message or a room: a small JSON object, kept as it is. */
export const Metadata = v.custom<Metadata>(isMetadata, 'metadata must be a small JSON object')
