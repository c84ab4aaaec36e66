import { asUserId, type Delta, type MessageId, type RoomCursor, type RoomId } from '@roomful/protocol'
import { beforeEach, expect, test } from 'vitest'
import { actorOf, commitOne, newRoom, nextAt, nextMessageId, say } from '../stores/contract/contract-room'
import { pinOp } from '../stores/contract/pins-contract'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { sync } from './sync'

const BOB = asUserId('bob')
let store: MemoryStore
let roomId: RoomId
let ids: MessageId[]

/** Ten messages, of which the third is pinned, and then the first: revs 13 and 14. */
beforeEach(async () => {
  store = createMemoryStore({ epoch: 'e1' })
  roomId = await newRoom(store)
  ids = []
  for (let seq = 1; seq <= 10; seq++) ids.push(await say(store, roomId, 'ann', `text ${seq}`))
  await commitOne(store, roomId, pinOp('ann', idAt(3)))
  await commitOne(store, roomId, pinOp('ann', idAt(1)))
})

const idAt = (seq: number): MessageId => ids[seq - 1] ?? expect.unreachable()

async function deltaOf(cursor: RoomCursor): Promise<Delta> {
  const asked = { epoch: 'e1', rooms: { [roomId]: cursor } }
  const ack = await store.read((reader) => sync(reader, { viewer: BOB, epoch: 'e1' }, asked))
  return ack.rooms[roomId] ?? expect.unreachable()
}
const pinsOf = async (cursor: RoomCursor) => (await deltaOf(cursor)).pins?.map(({ content }) => content)

test('a first page, a catching up and a reset have all pins, whatever is held; the newest first', async () => {
  for (const cursor of [
    { rev: 0, minSeq: 0, maxSeq: 0 },
    { rev: 13, minSeq: 8, maxSeq: 10 },
    { rev: 99, minSeq: 8, maxSeq: 10 },
  ])
    expect(await pinsOf(cursor)).toEqual(['text 1', 'text 3'])
})

test('where nothing has changed they are left out, unless nothing is held of the people either', async () => {
  const held = { rev: 14, minSeq: 8, maxSeq: 10 }
  expect(await deltaOf(held)).not.toHaveProperty('pins')
  expect(await pinsOf({ ...held, members: true })).toEqual(['text 1', 'text 3'])
})

test('an unpin shows by what is missing, and a pin is cut at 200 code points', async () => {
  await commitOne(store, roomId, pinOp('ann', idAt(1), 'remove'))
  await commitOne(store, roomId, pinOp('ann', await say(store, roomId, 'ann', '👍'.repeat(300))))
  expect(await pinsOf({ rev: 14, minSeq: 8, maxSeq: 10 })).toEqual(['👍'.repeat(200), 'text 3'])
})

test('a member sees no pin of a message from before they came (I14), and nobody one that was purged', async () => {
  const onBob = { actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() }
  await commitOne(store, roomId, { kind: 'kick', ...onBob, targetId: BOB })
  await commitOne(store, roomId, { kind: 'invite', ...onBob, target: { id: BOB, name: 'bob' } })
  expect(await pinsOf({ rev: 0, minSeq: 0, maxSeq: 0 })).toEqual([])
  await store.purge(roomId, 3)
  const pins = await store.read((reader) => reader.pins(roomId))
  expect(pins.map(({ content }) => content)).toEqual(['text 3'])
})
