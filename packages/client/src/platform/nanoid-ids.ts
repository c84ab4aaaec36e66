import { nanoid } from 'nanoid'
import type { Ids } from './ids'

/**
 * In the order of time, in milliseconds since 1970 to base 36, and made unique by 96 random bits. A server keeps
 * the ids of each sender in an index for ever; random ones would each change another page of it.
 */
export const sortableId = (ms: number): string => ms.toString(36) + nanoid(16)

export const nanoidIds: Ids = { clientId: () => sortableId(Date.now()), random: () => Math.random() }
