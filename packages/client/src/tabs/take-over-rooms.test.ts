import { asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { createChatStore } from '../engine/chat-store'
import { newRoom } from '../model/room/room-model'
import { sampleRows } from '../model/rows/timeline/sample-rows'
import { handClock } from '../platform/hand-clock'
import { memoryStore } from '../storage/backends/memory'
import { createWriter } from '../storage/writer'
import { copyOn } from '../test-support/copies'
import { startWritingRooms } from './take-over'

const ROOM = 'general'

test('a new owner takes in nothing of another epoch, and leaves nothing of it on the disk (seed 166290)', async () => {
  const disk = copyOn(memoryStore())
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
  }
  await disk.open(scope)
  await disk.write({
    meta: { user, epoch: 'epoch-1' },
    rooms: [{ ...room, ranges: [{ from: 1, to: 3 }] }],
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
  store.dispatchChat({ type: 'epoch', epoch: 'epoch-2' })
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
  writer.begin({ user, epoch: 'epoch-2' })
  isWriter = true
  startWritingRooms(store, old)
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
