import type { RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { commitOps, messagesOf, newRoom, sendOp } from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { applyRetention, type Retention } from './retention'
import { ManualClock } from './test-node'

const DAY_MS = 24 * 3_600_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }
let store: MemoryStore
let clock: ManualClock
beforeEach(() => {
  store = createMemoryStore()
  clock = new ManualClock()
})

/** One message a day, the last one today. */
async function roomOf(messages: number): Promise<RoomId> {
  const roomId = await newRoom(store)
  const now = clock.now()
  const sends = Array.from({ length: messages }, (_, index) =>
    sendOp('ann', `text ${index}`, { at: now - (messages - 1 - index) * DAY_MS }),
  )
  await commitOps(store, roomId, sends)
  return roomId
}
const apply = (rule: Retention) => applyRetention({ store, clock, log: silent }, rule)
const kept = async (roomId: RoomId) => (await messagesOf(store, roomId)).map(({ seq }) => seq)

describe('retention', () => {
  test('by number: the newest stay', async () => {
    const [long, short, empty] = [await roomOf(10), await roomOf(2), await newRoom(store)]
    expect(await apply({ messages: 3 })).toBe(7)
    expect(await kept(long)).toEqual([8, 9, 10])
    expect(await kept(short)).toEqual([1, 2])
    expect(await kept(empty)).toEqual([])
    expect(await apply({ messages: 3 })).toBe(0)
  })

  test('by age: older messages go, all of them if need be', async () => {
    const roomId = await roomOf(10)
    await apply({ days: 3.5 })
    expect(await kept(roomId)).toEqual([7, 8, 9, 10])
    await clock.pass(30 * DAY_MS)
    await apply({ days: 3.5 })
    expect(await kept(roomId)).toEqual([])
  })

  test('by age: a message is not purged for older ones behind it, as an import puts them', async () => {
    const roomId = await roomOf(3)
    const old = clock.now() - 700 * DAY_MS
    await commitOps(
      store,
      roomId,
      Array.from({ length: 10 }, (_, index) => sendOp('ann', `imported ${index}`, { at: old })),
    )
    await apply({ days: 30 })
    expect(await kept(roomId)).toEqual(Array.from({ length: 13 }, (_, index) => index + 1))
    await clock.pass(31 * DAY_MS)
    await apply({ days: 30 })
    expect(await kept(roomId)).toEqual([])
  })

  test('by both: messages beyond either limit go', async () => {
    const [roomId, other] = [await roomOf(10), await roomOf(3)]
    await apply({ days: 5.5, messages: 2 })
    expect(await kept(roomId)).toEqual([9, 10])
    await apply({ days: 1.5 })
    expect(await kept(other)).toEqual([2, 3])
  })

  test('goes through all rooms, and through long ones step by step', async () => {
    const many = await Promise.all(Array.from({ length: 450 }, () => roomOf(2)))
    const long = await newRoom(store)
    const ops = Array.from({ length: 5_000 }, (_, index) => sendOp('ann', `${index}`))
    await commitOps(store, long, ops)
    const steps: number[] = []
    const counting = {
      read: store.read.bind(store),
      purge: async (roomId: RoomId, belowSeq: number) => {
        const before = (await kept(roomId)).length
        const floor = await store.purge(roomId, belowSeq)
        steps.push(before - (await kept(roomId)).length)
        return floor
      },
    }
    expect(await applyRetention({ store: counting, clock, log: silent }, { messages: 1 })).toBe(450 + 4_999)
    expect(Math.max(...steps)).toBe(2_000)
    for (const roomId of many) expect(await kept(roomId)).toEqual([2])
    expect(await kept(long)).toEqual([5_000])
  })

  test('stops on request', async () => {
    const roomId = await roomOf(10)
    await applyRetention({ store, clock, log: silent }, { messages: 1 }, () => true)
    expect(await kept(roomId)).toHaveLength(10)
  })
})
