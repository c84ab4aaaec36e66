import { asUserId } from '@roomful/protocol/plain'
import { expect, test } from 'vitest'
import { createChatStore } from '../engine/chat-store'
import { newRoom } from '../model/room/room-model'
import { sampleRows } from '../model/rows/timeline/sample-rows'
import { handClock } from '../platform/hand-clock'
import { memoryStore } from '../storage/backends/memory'
import type { StoredRoom } from '../storage/local-copy'
import { createWriter } from '../storage/writer'
import { copyOn } from '../test-support/copies'
import { listItemOf, modelRoom } from '../test-support/model-room'
import { startWritingRooms } from './take-over'

const ROOM = 'general'
const user = { id: asUserId('ada'), name: 'Ada' }
const scope = { url: 'https://chat.example', userId: user.id }
const room = {
  roomId: ROOM,
  cursor: 3,
  lastSeq: 3,
  lastReadSeq: 3,
  floorSeq: 1,
  usedAt: 1,
  draft: '',
  item: null,
  ranges: [{ from: 1, to: 3 }],
}

/** A tab that writes no rows yet, beside a copy in which another tab has kept this room. */
async function takingOver(kept: StoredRoom) {
  const disk = copyOn(memoryStore())
  await disk.open(scope)
  await disk.write({
    meta: { user, epoch: 'epoch-1' },
    rooms: [kept],
    chunks: [{ roomId: ROOM, index: 0, messages: sampleRows(1, 3) }],
  })
  const old = await disk.open(scope)

  const options = {
    me: user.id,
    connection: 'up',
    windowSize: 200,
    hasStore: true,
    writesRows: false,
  } as const
  const store = createChatStore({
    clock: handClock(),
    report: (error) => void Promise.reject(error),
    storage: { status: 'ok' },
    newRoom: (id) => newRoom(id, options),
    runEffects: () => {},
  })
  let isWriter = false
  const clock = handClock()
  const writer = createWriter({
    store,
    source: { kind: disk.kind, load: async () => disk },
    clock,
    storeClock: clock,
    writesRows: () => isWriter,
  })
  await writer.open(scope)
  return {
    disk,
    store,
    writer,
    takeOver: (epoch: string) => {
      store.dispatchChat({ type: 'epoch', epoch })
      writer.begin({ user, epoch })
      isWriter = true
      startWritingRooms(store, old)
    },
  }
}

test('a new owner takes in nothing of another epoch, and leaves nothing of it on the disk (seed 166290)', async () => {
  const { disk, store, writer, takeOver } = await takingOver(room)
  takeOver('epoch-2')
  expect(store.room(ROOM).model).toMatchObject({
    writesRows: true,
    rows: { evicted: [] },
    sync: { cursor: 0 },
    unread: { lastReadSeq: 0 },
  })
  await writer.close()
  expect(await disk.open(scope)).toMatchObject({ meta: { epoch: 'epoch-2' }, rooms: [] })
  expect(await disk.readChunks(ROOM, [0])).toEqual([])
})

test('a new owner that knew nothing of a room lists it, and leaves its list item on the disk (seed 33368)', async () => {
  const item = listItemOf(modelRoom(ROOM, [user.id]), user.id)
  const { disk, store, writer, takeOver } = await takingOver({ ...room, item })
  takeOver('epoch-1')
  expect(store.room(ROOM).model).toMatchObject({ listing: { listed: true }, people: { role: item.role } })
  // A draft has its record written.
  store.dispatch(ROOM, { type: 'draft', text: 'half a thought' })
  await writer.close()
  expect(await disk.open(scope)).toMatchObject({
    rooms: [
      { item: { role: item.role, room: { name: item.room.name } }, draft: 'half a thought', lastSeq: 3 },
    ],
  })
})
