import { LIMITS, type MessageId, type RoomId } from '@roomful/protocol'
import { beforeEach, expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  deleteOp,
  headOf,
  messagesOf,
  newRoom,
  nextMessageId,
  START_MS,
  say,
  sendOp,
} from '../stores/contract/contract-room'
import { pinOp } from '../stores/contract/pins-contract'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import type { Op, Outcome } from './ops'

let store: MemoryStore
let roomId: RoomId
beforeEach(async () => {
  store = createMemoryStore()
  roomId = await newRoom(store)
})

const decided = async (...ops: Op[]): Promise<Outcome | undefined> =>
  (await commitOps(store, roomId, ops)).outcomes.at(-1)

test('a pin names who and when, and takes a rev; what is so already takes none', async () => {
  const messageId = await say(store, roomId, 'bob', 'the rules')
  const op = { ...pinOp('ann', messageId), at: START_MS + 5_000 }
  expect(await decided(op)).toMatchObject({
    ok: true,
    message: { rev: 4, pinned: { by: 'ann', at: '2026-01-01T00:00:05.000Z' } },
  })
  expect(await decided({ ...op, at: START_MS + 9_000 })).toMatchObject({ message: { rev: 4 } })
  expect(await decided(pinOp('ann', messageId, 'remove'))).toMatchObject({ message: { rev: 5 } })
  expect(await decided(pinOp('ann', messageId, 'remove'))).toMatchObject({ message: { rev: 5 } })
  const [row] = await messagesOf(store, roomId)
  expect(row).not.toHaveProperty('pinned')
  expect(await headOf(store, roomId)).toEqual({ rev: 5, lastSeq: 1 })
})

test('a retry of a pin that was taken away since does not pin again', async () => {
  const messageId = await say(store, roomId, 'bob', 'the rules')
  const pin = { ...pinOp('ann', messageId), opId: 'op-pin-1' } as Op
  await commitOne(store, roomId, pin)
  await commitOne(store, roomId, pinOp('ann', messageId, 'remove'))
  expect(await decided(pin)).toMatchObject({ ok: true, message: { rev: 5 } })
  expect((await messagesOf(store, roomId))[0]).not.toHaveProperty('pinned')
})

test('of a tombstone, and of what is not there, nothing is pinned; a pin goes with its message', async () => {
  const messageId = await say(store, roomId, 'ann', 'gone soon')
  await commitOne(store, roomId, pinOp('ann', messageId))
  await commitOne(store, roomId, deleteOp('ann', messageId))
  expect((await messagesOf(store, roomId))[0]).not.toHaveProperty('pinned')
  for (const id of [messageId, nextMessageId()])
    expect(await decided(pinOp('ann', id))).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' })
})

test(`one more than ${LIMITS.pins} is refused, in one batch or many, until one is taken away`, async () => {
  const ids: MessageId[] = []
  for (let i = 0; i <= LIMITS.pins; i++) {
    const op = sendOp('ann', `text ${i}`)
    await commitOne(store, roomId, op)
    ids.push(op.id)
  }
  const [first, ...rest] = ids
  if (first === undefined) throw new Error('there is one')
  await commitOne(store, roomId, pinOp('ann', first))
  const { outcomes } = await commitOps(
    store,
    roomId,
    rest.map((id) => pinOp('ann', id)),
  )
  expect(outcomes.slice(0, -1).every(({ ok }) => ok)).toBe(true)
  const refused = { ok: false, code: 'LIMIT_EXCEEDED', field: 'pins', limit: 50 }
  expect(outcomes.at(-1)).toMatchObject(refused)
  const last = rest.at(-1) ?? first
  expect(await decided(pinOp('ann', last))).toMatchObject(refused)
  expect(await decided(pinOp('ann', first, 'remove'), pinOp('ann', last))).toMatchObject({ ok: true })
})

test('an archived room stays as it is', async () => {
  const messageId = await say(store, roomId, 'ann', 'the rules')
  const base = { actor: actorOf('ann'), at: START_MS, messageId: nextMessageId() }
  await commitOne(store, roomId, { kind: 'update-room', ...base, settings: { archived: true } })
  expect(await decided(pinOp('ann', messageId))).toMatchObject({ ok: false, code: 'ROOM_ARCHIVED' })
})
