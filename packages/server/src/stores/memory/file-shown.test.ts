import { asUserId, type RoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import {
  actorOf,
  commitOne,
  commitOps,
  newRoom,
  nextAt,
  nextMessageId,
  sendOp,
} from '../contract/contract-room'
import { restore } from './backup'
import { MemoryReader } from './memory-reader'
import { createMemoryStore, type MemoryStore } from './memory-store'

const [FEW, MANY] = [10, 10_000]

/** A room of ann and bob with so many messages that show `file-1`. */
async function albumOf(store: MemoryStore, count: number): Promise<RoomId> {
  const roomId = await newRoom(store)
  const metadata = { fileId: 'file-1' }
  await commitOps(
    store,
    roomId,
    Array.from({ length: count }, () => sendOp('ann', '', { type: 'image', metadata })),
  )
  return roomId
}

/** How many messages are read to see whether a user may load `file-1`. */
async function readsFor(store: MemoryStore, name: string, isShown: boolean): Promise<number> {
  let reads = 0
  const tables = restore(store.backup())
  for (const record of tables.rooms.values()) {
    const get = (messages: typeof record.messages, key: string | symbol): unknown => {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++
      return Reflect.get(messages, key)
    }
    Object.defineProperty(record, 'messages', { value: new Proxy(record.messages, { get }) })
  }
  const reader = new MemoryReader(tables, tables.versions.openSnapshot())
  expect(await reader.isFileShown('file-1', asUserId(name))).toBe(isShown)
  return reads
}

test.each([FEW, MANY])('P12: a file that %i messages show costs a stranger one look', async (count) => {
  const store = createMemoryStore()
  await albumOf(store, count)
  expect(await readsFor(store, 'eve', false)).toBeLessThanOrEqual(1)
})

test.each([FEW, MANY])('P12: of %i messages from before a member returned none is read', async (count) => {
  const store = createMemoryStore()
  const roomId = await albumOf(store, count)
  const bob = { id: asUserId('bob'), name: 'bob' }
  const base = () => ({ actor: actorOf('ann'), at: nextAt(), messageId: nextMessageId() })
  await commitOne(store, roomId, { kind: 'kick', ...base(), targetId: bob.id })
  await commitOne(store, roomId, { kind: 'invite', ...base(), target: bob })
  expect(await readsFor(store, 'bob', false)).toBeLessThanOrEqual(1)
})
