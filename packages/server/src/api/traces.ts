import { asRoomId, type Member, type RoomId, type UserId } from '@roomful/protocol'
import type { StoredMessage } from '../core/ops'
import type { Reader, Store } from '../stores/port'
import { SCAN_ROWS } from './pages'

/** Where a walk through a user's rooms goes on: in this room, after this seq. */
export type Place = { readonly roomId: RoomId; readonly seq: number }

/** What one step of the walk has found of a user. */
export type Traces = {
  /** Their messages, and those of the server about them. */
  readonly messages: readonly StoredMessage[]
  /** Their rows in the rooms whose end the step has reached. */
  readonly ended: readonly Member[]
  /** Absent: that is all. */
  readonly next?: Place
}

/** Rows of one read. */
const STEP = 500
/** Found messages, and rooms, of one step of the walk: one answer, and one batch of writes. */
const MESSAGES_MOST = 500
const ROOMS_MOST = 200

/** Room ids hold no space. */
export const cursorOf = ({ roomId, seq }: Place): string => `${roomId} ${seq}`

export function placeFrom(cursor: string): Place | undefined {
  const [, roomId, seq] = /^([\w-]{1,64}) (\d{1,15})$/.exec(cursor) ?? []
  return roomId === undefined ? undefined : { roomId: asRoomId(roomId), seq: Number(seq) }
}

/**
 * One step through the rooms that a user is or was in, by id. No index finds their messages: all rows of those rooms are
 * read, a bounded number in one step.
 */
export async function tracesOf(
  store: Pick<Store, 'read'>,
  userId: UserId,
  from: Place | undefined,
): Promise<Traces> {
  const messages: StoredMessage[] = []
  const ended: Member[] = []
  let place = from ?? (await store.read((reader) => nextRoom(reader, userId, asRoomId(''))))
  for (let scanned = 0; place && scanned < SCAN_ROWS && messages.length < MESSAGES_MOST; ) {
    const { roomId, seq }: Place = place
    const { rows, members, after } = await store.read(async (reader) => {
      const query = { roomId, fromSeq: seq + 1, includeDeleted: true, take: 'oldest', limit: STEP } as const
      const rows = await reader.messages(query)
      if (rows.length === STEP) return { rows, members: [], after: undefined }
      const members = await reader.membersAmong(roomId, [userId])
      return { rows, members, after: await nextRoom(reader, userId, roomId) }
    })
    messages.push(...rows.filter((row) => isOf(row, userId)))
    ended.push(...members)
    scanned += rows.length + 1
    const last = rows.at(-1)
    place = rows.length === STEP && last ? { roomId, seq: last.seq } : after
    if (ended.length >= ROOMS_MOST) break
  }
  return { messages, ended, ...(place ? { next: place } : {}) }
}

/** The next of the rooms that they are in, and those that they were in. */
async function nextRoom(reader: Reader, userId: UserId, after: RoomId): Promise<Place | undefined> {
  const page = { after, limit: 1 }
  const [present, left] = await Promise.all([reader.roomsOf(userId, page), reader.leftRooms(userId, page)])
  const ids = [...present.map(({ room }) => room.id), ...left].sort()
  return ids[0] === undefined ? undefined : { roomId: ids[0], seq: 0 }
}

const isOf = ({ senderId, type, metadata }: StoredMessage, userId: UserId): boolean =>
  senderId === userId || (type === 'system' && metadata?.userId === userId)
