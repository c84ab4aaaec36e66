import type { Message, Pin } from '@roomful/protocol'
import { chunkOf, type Range } from '../model/rows/timeline'
import type { StoredEntry, StoredMeta, StoredRoom } from './local-copy'

/**
 * Stored data is not trusted: a crashed disk, another program or a bug of an older version may have changed it. These
 * check what the client depends on, not every field: 128 rows a chunk are on the way to the first screen.
 */
type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNatural = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
/** With another every sync would be refused. */
const isEpoch = (value: unknown): boolean => isText(value) && value.length > 0 && value.length <= 64
const isText = (value: unknown): value is string => typeof value === 'string'

export const isStoredMeta = (value: unknown): value is StoredMeta =>
  isFields(value) &&
  isEpoch(value.epoch) &&
  isFields(value.user) &&
  isText(value.user.id) &&
  isText(value.user.name) &&
  (value.user.avatarUrl === undefined || isText(value.user.avatarUrl))

export const isStoredRoom = (value: unknown): value is StoredRoom =>
  isFields(value) &&
  isText(value.roomId) &&
  [value.cursor, value.lastSeq, value.lastReadSeq, value.floorSeq].every(isNatural) &&
  isText(value.draft) &&
  typeof value.usedAt === 'number' &&
  (value.pins === undefined || (Array.isArray(value.pins) && value.pins.every(isPin))) &&
  isRanges(value.ranges) &&
  (value.item === null || (isFields(value.item) && isFields(value.item.room) && isText(value.item.room.id)))

const isPin = (value: unknown): value is Pin =>
  isFields(value) &&
  isNatural(value.seq) &&
  [value.messageId, value.senderId, value.senderName, value.type, value.content].every(isText) &&
  isFields(value.pinned) &&
  [value.pinned.at, value.pinned.by].every(isText)

/** Sorted, disjoint, never touching (I7). */
function isRanges(value: unknown): value is readonly Range[] {
  if (!Array.isArray(value)) return false
  let end = -1
  for (const range of value) {
    if (!isFields(range) || !isNatural(range.from) || !isNatural(range.to)) return false
    if (range.from < 1 || range.from > range.to || range.from <= end + 1) return false
    end = range.to
  }
  return true
}

export const isStoredEntry = (value: unknown): value is StoredEntry =>
  isFields(value) &&
  isText(value.clientId) &&
  isText(value.roomId) &&
  Number.isFinite(value.order) &&
  'data' in value

/** Rows of this chunk and of no other, ascending. */
export function isChunk(value: unknown, index: number): value is readonly Message[] {
  if (!Array.isArray(value)) return false
  let before = 0
  for (const row of value) {
    if (!isMessage(row) || chunkOf(row.seq) !== index || row.seq <= before) return false
    before = row.seq
  }
  return true
}

const isMessage = (value: unknown): value is Message =>
  isFields(value) &&
  isNatural(value.seq) &&
  isNatural(value.rev) &&
  [value.id, value.roomId, value.senderId, value.senderName, value.type, value.content].every(isText) &&
  isText(value.createdAt) &&
  typeof value.deleted === 'boolean' &&
  Array.isArray(value.reactions)
