import { asUserId, type RoomListItem, type UserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { actorOf, commitOps, newRoom, nextAt, nextMessageId, say } from '../stores/contract/contract-room'
import { createMemoryStore } from '../stores/memory/memory-store'
import type { Reader } from '../stores/port'
import { roomListOf } from './room-list'

const BOB = asUserId('bob')

async function roomList(reader: Reader, viewer: UserId): Promise<RoomListItem[]> {
  const found = await reader.roomsOf(viewer, { limit: 10 })
  const roomIds = found.map(({ room }) => room.id)
  return roomListOf(reader, found, await reader.unread(viewer, roomIds))
}

test('the list has the user’s rooms, with role, unread and preview', async () => {
  const store = createMemoryStore()
  const [busy, quiet, left] = [await newRoom(store), await newRoom(store), await newRoom(store)]
  await newRoom(store, { roles: { ann: 'owner' } })
  await say(store, busy, 'ann', 'hello')
  await commitOps(store, left, [
    { kind: 'leave', actor: actorOf('bob'), at: nextAt(), messageId: nextMessageId() },
  ])
  const list = await store.read((reader) => roomList(reader, BOB))
  expect(list).toMatchObject([
    {
      room: { id: busy },
      role: 'member',
      unread: 1,
      lastReadSeq: 0,
      fromSeq: 1,
      preview: { content: 'hello' },
    },
    { room: { id: quiet }, unread: 0, preview: null },
  ])
})

test('a preview from before the user returned is not sent', async () => {
  const store = createMemoryStore()
  const roomId = await newRoom(store)
  const base = { actor: actorOf('ann'), at: nextAt() }
  await commitOps(store, roomId, [{ kind: 'kick', ...base, targetId: BOB, messageId: nextMessageId() }])
  await say(store, roomId, 'ann', 'behind his back')
  const backup = store.backup()
  // As if added silently: only then an older message is the newest.
  const [room] = backup.rooms
  if (!room) throw new Error('the room is in the backup')
  const members = room.members.map((member) => {
    const { removed: _, ...present } = member
    return member.userId === BOB ? { ...present, fromSeq: 3 } : member
  })
  const again = createMemoryStore({ backup: { ...backup, rooms: [{ ...room, members }] } })
  const list = await again.read((reader) => roomList(reader, BOB))
  expect(list).toMatchObject([{ preview: null, unread: 0, fromSeq: 3 }])
})
