import { waitUntil } from '@roomful/testing'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ephemeralContract } from '../../packages/server/src/ephemeral/contract/ephemeral-contract'
import type { EphemeralStore } from '../../packages/server/src/ephemeral/ephemeral-store'
import { openRedisEphemeral } from '../../packages/server/src/ephemeral/redis/redis-ephemeral'
import { withEphemeral } from '../../packages/server/src/ephemeral/with-ephemeral'
import { systemClock } from '../../packages/server/src/ports/clock'
import {
  actorOf,
  commitOps,
  editOp,
  headOf,
  messagesOf,
  newRoom,
  nextAt,
  nextMessageId,
  say,
  sendOp,
} from '../../packages/server/src/stores/contract/contract-room'
import { MemoryStore } from '../../packages/server/src/stores/memory/memory-store'
import type { Store } from '../../packages/server/src/stores/port'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'

const log = { debug() {}, info() {}, warn() {}, error() {} }
let redis: TestRedis
beforeAll(async () => {
  redis = await startRedis()
})
afterAll(() => redis[Symbol.asyncDispose]())

let epochs = 0
const newEpoch = (): string => `epoch-${++epochs}`
const open = (options: Partial<Parameters<typeof openRedisEphemeral>[0]> = {}) =>
  openRedisEphemeral({ url: redis.url, epoch: newEpoch(), clock: systemClock, log, ...options })

ephemeralContract('redis', async (options) => {
  const store = await open(options)
  return {
    store,
    pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    dispose: () => store.close(),
  }
})

describe('redis, as several servers use it', () => {
  const stores: EphemeralStore[] = []
  const at = async (epoch: string): Promise<EphemeralStore> => {
    const store = await open({ epoch })
    stores.push(store)
    return store
  }
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close()
  })
  const asStore = (store: EphemeralStore): Store =>
    withEphemeral(new MemoryStore({ epoch: 'beside' }), store, () => true)

  test('logs a warning at the start if it may evict keys', async () => {
    const admin = new Redis(redis.url)
    const setUp = async (maxmemory: string, policy: string): Promise<object[]> => {
      await admin.config('SET', 'maxmemory', maxmemory)
      await admin.config('SET', 'maxmemory-policy', policy)
      const warnings: object[] = []
      const warn = (fields: object, text: string): void => void warnings.push({ ...fields, text })
      const store = await open({ log: { ...log, warn } })
      stores.push(store)
      // Answered after what the connection requests at its start.
      await newRoom(asStore(store))
      return warnings
    }
    const text = expect.stringContaining('set maxmemory-policy to noeviction')
    expect(await setUp('500mb', 'allkeys-lru')).toEqual([{ policy: 'allkeys-lru', text }])
    expect(await setUp('500mb', 'volatile-ttl')).toEqual([{ policy: 'volatile-ttl', text }])
    expect(await setUp('500mb', 'noeviction')).toEqual([])
    expect(await setUp('0', 'allkeys-lru')).toEqual([])
    // As the other tests have it.
    await setUp('0', 'noeviction')
    admin.disconnect()
  })

  test('P2: two servers write to one room at once: 1..n, each once (I1, I2, I4)', async () => {
    const epoch = newEpoch()
    const [a, b] = [asStore(await at(epoch)), asStore(await at(epoch))]
    const roomId = await newRoom(a)
    const ops = Array.from({ length: 90 }, (_, n) =>
      sendOp('ann', `m${n}`, { clientId: `client-${1_000 + n}` }),
    )
    const again = ops.map((op) => ({ ...op, id: sendOp('x', 'x').id }))
    await Promise.all([
      ...ops.map((op, n) => commitOps(n % 2 === 0 ? a : b, roomId, [op])),
      ...again.map((op, n) => commitOps(n % 2 === 0 ? b : a, roomId, [op])),
    ])
    const rows = await messagesOf(a, roomId)
    expect(rows.map(({ seq }) => seq)).toEqual(ops.map((_, index) => index + 1))
    expect(rows.map(({ rev }) => rev)).toEqual(ops.map((_, index) => index + 3))
    expect(new Set(rows.map(({ clientId }) => clientId)).size).toBe(ops.length)
    expect(await messagesOf(b, roomId)).toEqual(rows)
  })

  test('servers on another database have other rooms', async () => {
    const [a, other] = [asStore(await at(newEpoch())), asStore(await at(newEpoch()))]
    const roomId = await newRoom(a)
    expect(await other.read((reader) => reader.heads([roomId]))).toEqual(new Map())
    expect((await a.read((reader) => reader.heads([roomId]))).size).toBe(1)
  })

  test('P1: with its memory full it accepts nothing more, and existing data stays unchanged', async () => {
    const store = asStore(await at(newEpoch()))
    const roomId = await newRoom(store)
    await say(store, roomId, 'ann', 'before')
    const admin = new Redis(redis.url)
    await admin.config('SET', 'maxmemory', '1mb')
    const long = sendOp('ann', 'x'.repeat(8_000), { clientId: 'client-0001' })
    await expect(commitOps(store, roomId, [long])).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    expect(await headOf(store, roomId)).toEqual({ rev: 3, lastSeq: 1 })
    await admin.config('SET', 'maxmemory', '0')
    admin.disconnect()
    expect((await commitOps(store, roomId, [long])).outcomes).toMatchObject([
      { ok: true, message: { seq: 2 } },
    ])
  })

  test('P16: while Redis hangs it is UNAVAILABLE, and at once; when it continues, so do the rooms', async () => {
    const own = await startRedis()
    const hung = await open({ url: own.url })
    stores.push(hung)
    const store = asStore(hung)
    const roomId = await newRoom(store)
    await say(store, roomId, 'ann', 'before')
    const pid = own.pid
    if (pid === undefined) throw new Error('Redis is running')
    process.kill(pid, 'SIGSTOP')
    await expect(say(store, roomId, 'ann', 'meanwhile')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    // It is known to be down: no request waits for it again.
    const later = Array.from({ length: 100 }, () => say(store, roomId, 'bob', 'later'))
    for (const result of await Promise.allSettled(later))
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } })
    process.kill(pid, 'SIGCONT')
    await waitUntil('it to be back', () =>
      headOf(store, roomId).then(
        () => true,
        () => false,
      ),
    )
    await say(store, roomId, 'ann', 'after')
    const rows = await messagesOf(store, roomId)
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
    expect([rows[0]?.content, rows.at(-1)?.content]).toEqual(['before', 'after'])
    await own[Symbol.asyncDispose]()
  })

  test('after kill -9 of Redis its rooms are gone, and new ones are created', async () => {
    const own = await startRedis()
    const killed = await open({ url: own.url })
    stores.push(killed)
    const store = asStore(killed)
    const roomId = await newRoom(store)
    await own.kill()
    await expect(say(store, roomId, 'ann', 'meanwhile')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    await own.start()
    await waitUntil('it to be back', () =>
      newRoom(store).then(
        () => true,
        () => false,
      ),
    )
    expect((await commitOps(store, roomId, [sendOp('ann', 'late')])).outcomes).toMatchObject([
      { code: 'ROOM_NOT_FOUND' },
    ])
    await own[Symbol.asyncDispose]()
  })

  test('nothing is stored without an end: every key expires on its own', async () => {
    const epoch = newEpoch()
    const store = asStore(await at(epoch))
    const roomId = await newRoom(store, { type: 'public' })
    const messageId = await say(store, roomId, 'ann', 'one')
    await commitOps(store, roomId, [
      editOp('ann', messageId, 'two', 'op-edit-1'),
      { kind: 'leave', actor: actorOf('bob'), at: nextAt(), messageId: nextMessageId() },
    ])
    const admin = new Redis(redis.url)
    const keys = await admin.keys(`roomful:{${epoch}:*`)
    expect(keys.length).toBeGreaterThan(5)
    for (const key of keys) expect([key, (await admin.pttl(key)) > 0]).toEqual([key, true])
    admin.disconnect()
  })
})
