import { nanoid } from 'nanoid'
import { nanoid as withoutCrypto } from 'nanoid/non-secure'
import type { Ids } from './ids'

/** Unique, never secret: React Native has no `crypto` unless the app brings one. */
export const randomId: (length?: number) => string = (length) =>
  typeof crypto === 'undefined' ? withoutCrypto(length) : nanoid(length)

/**
 * In the order of time, in milliseconds since 1970 to base 36, and made unique by 96 random bits. A server keeps
 * the ids of each sender in an index for ever; random ones would each change another page of it.
 */
export const sortableId = (ms: number): string => ms.toString(36) + randomId(16)

export const nanoidIds: Ids = { clientId: () => sortableId(Date.now()), random: () => Math.random() }
