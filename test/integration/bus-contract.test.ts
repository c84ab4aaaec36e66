import { asRoomId, asUserId } from '@roomful/protocol'
import { waitUntil } from '@roomful/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Bus, BusMessage } from '../../packages/server/src/cluster/bus'
import { localBus } from '../../packages/server/src/cluster/local-bus'
import { openPostgresBus } from '../../packages/server/src/cluster/postgres-bus'
import { openRedisBus } from '../../packages/server/src/cluster/redis-bus'
import { systemClock } from '../../packages/server/src/ports/clock'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let postgres: TestPostgres
let redis: TestRedis
let database: string
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  database = await postgres.createDatabase()
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

type Place = { readonly nodeId: string; readonly epoch: string }
const open: Record<string, (place: Place) => Promise<Bus>> = {
  local: async () => localBus(),
  Redis: (place) => openRedisBus({ url: redis.url, clock: systemClock, log, ...place }),
  Postgres: (place) => openPostgresBus({ url: database, clock: systemClock, log, ...place }),
}

const buses: Bus[] = []
afterEach(async () => {
  await Promise.all(buses.splice(0).map((bus) => bus.close()))
})

let epochs = 0
const newEpoch = (): string => `00000000-0000-7000-8000-${String(++epochs).padStart(12, '0')}`

async function join(kind: string, place: Place): Promise<{ bus: Bus; heard: BusMessage[] }> {
  const bus = await open[kind]?.(place)
  if (!bus) throw new Error('no such bus')
  buses.push(bus)
  const heard: BusMessage[] = []
  bus.subscribe((message) => void heard.push(message))
  return { bus, heard }
}

/** `later`: a field of a newer version, which passes unchanged. */
const note = (seq: number, later?: string): BusMessage => ({
  ...{ type: 'read', roomId: asRoomId('general'), userId: asUserId('ann'), seq, lineId: 'line' },
  ...(later === undefined ? {} : { later }),
})
const reads = (heard: readonly BusMessage[]): number[] =>
  heard.flatMap((message) => (message.type === 'read' ? [message.seq] : []))

describe.each(Object.keys(open))('bus contract: %s', (kind) => {
  test("a node's own listeners get a message once, before publish returns", async () => {
    const { bus, heard } = await join(kind, { nodeId: 'node-a', epoch: newEpoch() })
    bus.publish(note(1))
    expect(reads(heard)).toEqual([1])
    // Time for an echo that must not come.
    bus.publish(note(2))
    await waitUntil('the bus to be up', () => bus.isUp?.() ?? true)
    expect(reads(heard)).toEqual([1, 2])
  })

  test('after it is closed no listener is called', async () => {
    const { bus, heard } = await join(kind, { nodeId: 'node-a', epoch: newEpoch() })
    await bus.close()
    bus.publish(note(1))
    expect(reads(heard)).toEqual([])
  })
})

describe.each(['Redis', 'Postgres'])('bus contract between nodes: %s', (kind) => {
  async function two(epoch = newEpoch()) {
    const a = await join(kind, { nodeId: 'node-a', epoch })
    const b = await join(kind, { nodeId: 'node-b', epoch })
    const knows = ({ heard }: typeof a, nodeId: string): boolean =>
      heard.some((message) => message.type === 'node-here' && message.nodeId === nodeId)
    // The second node may have been greeted before it had listeners.
    await waitUntil('the first to know the second', () => knows(a, 'node-b'))
    return { a, b }
  }

  test('arrives in order, large ones between small ones, each once, and byte for byte', async () => {
    const { a, b } = await two()
    const wide = '👩‍🚀 é \u0000 "\\'.repeat(8_000)
    for (let seq = 1; seq <= 300; seq++) a.bus.publish(note(seq, seq % 50 === 0 ? wide : undefined))
    await waitUntil('all of them', () => reads(b.heard).length >= 300)
    expect(reads(b.heard)).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
    expect(b.heard.find((message) => message.type === 'read' && message.seq === 50)).toEqual(note(50, wide))
    expect(reads(a.heard)).toHaveLength(300)
  })

  test('goes both ways, and nothing of it comes back', async () => {
    const { a, b } = await two()
    a.bus.publish(note(1))
    await waitUntil('b to hear a', () => reads(b.heard).includes(1))
    b.bus.publish(note(2))
    await waitUntil('a to hear b', () => reads(a.heard).includes(2))
    expect([reads(a.heard), reads(b.heard)]).toEqual([
      [1, 2],
      [1, 2],
    ])
  })

  test('servers on another database receive nothing', async () => {
    const { a, b } = await two()
    const stranger = await join(kind, { nodeId: 'node-x', epoch: newEpoch() })
    a.bus.publish(note(1))
    await waitUntil('b to hear it', () => reads(b.heard).length === 1)
    expect(stranger.heard.filter(({ type }) => type === 'read' || type === 'node-here')).toEqual([])
  })

  test('a node that leaves is missed at once', async () => {
    const { a, b } = await two()
    await b.bus.close()
    await waitUntil('the farewell', () =>
      a.heard.some((message) => message.type === 'node-gone' && message.nodeId === 'node-b'),
    )
  })
})
