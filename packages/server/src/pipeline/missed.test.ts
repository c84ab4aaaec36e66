import { asUserId, type Change, type Head, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  editOp,
  headOf,
  newRoom,
  nextMessageId,
  say,
  sendOp,
} from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { readMissed } from './missed'

let store: MemoryStore
let roomId: RoomId
beforeEach(async () => {
  store = createMemoryStore()
  roomId = await newRoom(store)
})

const missed = (delivered: Head) => store.read((reader) => readMissed(reader, roomId, delivered))
const kinds = (changes: readonly Change[] = []) =>
  changes.map((change) =>
    change.kind === 'skip' ? [change.rev, 'skip', change.count] : [change.rev, change.kind],
  )

describe('what was missed', () => {
  test('is nothing at the head, and nothing of a missing room', async () => {
    expect(await missed(await headOf(store, roomId))).toBeUndefined()
    const nowhere = await newRoom(createMemoryStore())
    expect(await store.read((reader) => readMissed(reader, nowhere, { rev: 0, lastSeq: 0 }))).toBeUndefined()
  })

  test('are the batches as broadcast, if nothing has changed since', async () => {
    const delivered = await headOf(store, roomId)
    const plan = await commitOps(store, roomId, [
      sendOp('ann', 'one'),
      sendOp('bob', 'two'),
      {
        kind: 'invite',
        actor: actorOf('ann'),
        at: 0,
        target: { id: asUserId('eve'), name: 'eve' },
        messageId: nextMessageId(),
      },
    ])
    expect(await missed(delivered)).toEqual({
      roomId,
      previous: delivered,
      head: await headOf(store, roomId),
      changes: plan.changes,
    })
  })

  test('has a row at its last rev, and counts the others as skipped', async () => {
    const first = await say(store, roomId, 'ann', 'one')
    const delivered = await headOf(store, roomId)
    const second = await say(store, roomId, 'ann', 'two')
    await commitOne(store, roomId, editOp('ann', second, 'two, edited'))
    await commitOne(store, roomId, deleteOp('ann', first))
    await commitOne(store, roomId, editOp('ann', second, 'two, edited again'))
    const batch = await missed(delivered)
    expect(kinds(batch?.changes)).toEqual([
      [4, 'skip', 1],
      [5, 'room'],
      [6, 'message'],
      [7, 'message'],
    ])
    expect(batch?.head).toEqual(await headOf(store, roomId))
  })

  test('has the settings of the room at the last rev that no other row has', async () => {
    const delivered = await headOf(store, roomId)
    await commitOne(store, roomId, {
      kind: 'update-room',
      actor: actorOf('ann'),
      at: 0,
      messageId: nextMessageId(),
      name: 'Renamed',
    })
    const batch = await missed(delivered)
    expect(kinds(batch?.changes)).toEqual([
      [3, 'room'],
      [4, 'message'],
    ])
    expect(batch?.changes[0]).toMatchObject({ room: { name: 'Renamed', rev: 3 } })
  })

  test('is in pages that lead to the head without a rev left out', async () => {
    const delivered = await headOf(store, roomId)
    for (let n = 0; n < 5; n++)
      await commitOps(
        store,
        roomId,
        Array.from({ length: 100 }, (_, index) => sendOp('ann', `${n} ${index}`)),
      )
    const head = await headOf(store, roomId)
    const revs: number[] = []
    let at = delivered
    for (let batch = await missed(at); batch; batch = await missed(at)) {
      expect(batch.changes.length).toBeLessThanOrEqual(200)
      expect(batch.previous).toEqual(at)
      revs.push(...batch.changes.map(({ rev }) => rev))
      at = batch.head
    }
    expect(at).toEqual(head)
    expect(revs).toEqual(Array.from({ length: 500 }, (_, index) => delivered.rev + 1 + index))
  })
})
