import { asUserId, type Room, type RoomId, type RoomListItem, type UserId } from '@roomful/protocol'
import { isEphemeralId } from '../ephemeral/room-id'
import type { HubDeps } from '../hub/hub'
import { itemsOf, type UsersItem } from '../pipeline/activity-items'
import { readsIn } from '../pipeline/delta-members'
import { readMissed } from '../pipeline/missed'
import { readableMemberships } from '../pipeline/readable'
import { roomListOf } from '../pipeline/room-list'
import { type Attendance, type Membership, type Reader, type Store, StoreError } from '../stores/port'

const ROOMS_PAGE = 500
/** Stands for a user whose row is not needed. */
const NOBODY = asUserId('nobody')

/** How a room that cannot be read now is retried. */
type Later = {
  readonly suspect: (roomId: RoomId) => void
  readonly refresh: (userId: UserId, roomId: RoomId) => void
}

type HubReads = Pick<
  HubDeps,
  | 'readHeads'
  | 'readMissed'
  | 'readUser'
  | 'readListItems'
  | 'readItems'
  | 'readRows'
  | 'readPresent'
  | 'readReads'
  | 'readDeleted'
  | 'readMemberships'
>

/**
 * The hub's reads. An ephemeral room that cannot be read is retried later, and does not delay other rooms: while Redis
 * is down these reads are what finds commits, removals and revocations (P8, P16).
 */
export function hubReads(store: Pick<Store, 'read'>, later: Later): HubReads {
  async function orLater<T>(roomId: RoomId, reads: (reader: Reader) => Promise<T>, none: T): Promise<T> {
    try {
      return await store.read(reads)
    } catch (error) {
      if (!isEphemeralId(roomId) || !(error instanceof StoreError)) throw error
      later.suspect(roomId)
      return none
    }
  }
  return {
    readHeads: (roomIds) => store.read((reader) => reader.heads(roomIds)),
    readMissed: (roomId, delivered) =>
      orLater(roomId, (reader) => readMissed(reader, roomId, delivered), undefined),
    readDeleted: (roomIds) =>
      store.read(async (reader) => {
        const kept = roomIds.filter((roomId) => !isEphemeralId(roomId))
        return [
          ...(kept.length === 0 ? [] : await reader.deletedAmong(kept)),
          ...(await endedAmong(reader, roomIds.filter(isEphemeralId))),
        ]
      }),
    readUser: (userId) => store.read((reader) => reader.user(userId)),
    readListItems: (userId, roomIds) => store.read((reader) => listItems(reader, userId, roomIds)),
    readItems: (pairs) => readableItems(store, later, pairs),
    readRows: (roomId, userIds) =>
      orLater(
        roomId,
        async (reader) => {
          const room = await roomRow(reader, roomId)
          return room && { room, members: await reader.membersAmong(roomId, userIds) }
        },
        undefined,
      ),
    readPresent: (roomId, query) =>
      orLater(
        roomId,
        async (reader) => {
          const room = await roomRow(reader, roomId)
          return room && { room, members: await reader.members(roomId, query) }
        },
        undefined,
      ),
    readReads: (roomId) => orLater(roomId, (reader) => readsIn(reader, roomId), []),
    readMemberships: (userId, roomIds) =>
      store.read(async (reader) => {
        const present = await allRoomsOf(reader, userId)
        const known = new Set(present.map(({ room }) => room.id))
        const others = roomIds.filter((roomId) => !known.has(roomId))
        const { found, away } = await readableMemberships(reader, userId, others)
        for (const roomId of away) later.suspect(roomId)
        return [...present, ...found]
      }),
  }
}

/** An ephemeral room leaves nothing behind: one that could be read, and is not there, has ended (with its Redis, for one). */
async function endedAmong(reader: Reader, roomIds: readonly RoomId[]): Promise<readonly RoomId[]> {
  const { found, away } = await readableMemberships(reader, NOBODY, roomIds)
  const there = new Set(found.map(({ room }) => room.id))
  return roomIds.filter((roomId) => !there.has(roomId) && !away.has(roomId))
}

async function readableItems(
  store: Pick<Store, 'read'>,
  later: Later,
  pairs: readonly Attendance[],
): Promise<readonly UsersItem[]> {
  try {
    return await store.read((reader) => itemsOf(reader, pairs))
  } catch (error) {
    const ephemeral = pairs.filter(({ roomId }) => isEphemeralId(roomId))
    if (ephemeral.length === 0 || !(error instanceof StoreError)) throw error
    for (const { userId, roomId } of ephemeral) later.refresh(userId, roomId)
    const kept = pairs.filter(({ roomId }) => !isEphemeralId(roomId))
    return kept.length === 0 ? [] : store.read((reader) => itemsOf(reader, kept))
  }
}

/** All rooms of a connected user: page by page, in one snapshot. */
async function allRoomsOf(reader: Reader, userId: UserId): Promise<readonly Membership[]> {
  const found: Membership[] = []
  for (;;) {
    const after = found.at(-1)?.room.id
    const page = await reader.roomsOf(userId, {
      limit: ROOMS_PAGE,
      ...(after === undefined ? {} : { after }),
    })
    found.push(...page)
    if (page.length < ROOMS_PAGE) return found
  }
}

async function roomRow(reader: Reader, roomId: RoomId): Promise<Room | undefined> {
  const [found] = await reader.memberships(NOBODY, [roomId])
  return found?.room
}

async function listItems(
  reader: Reader,
  userId: UserId,
  roomIds: readonly RoomId[],
): Promise<RoomListItem[]> {
  const memberships = await reader.memberships(userId, roomIds)
  return roomListOf(reader, memberships, await reader.unread(userId, roomIds))
}
