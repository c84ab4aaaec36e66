import { asUserId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import type { FileStore, StoredFile } from '../files/file-store'
import { UNSHOWN_MS } from '../files/file-sweep'
import { commitOne, deleteOp, messagesOf, newRoom, say, sendOp } from '../stores/contract/contract-room'
import { createMemoryStore, type MemoryStore } from '../stores/memory/memory-store'
import { ManualClock } from './test-node'
import { OPS_KEPT_MS, Upkeep, type UpkeepParts } from './upkeep'

const HOUR_MS = 3_600_000

describe('upkeep', () => {
  let clock: ManualClock
  let store: MemoryStore
  let kept: StoredFile[]
  let errors: string[]
  beforeEach(() => {
    clock = new ManualClock()
    store = createMemoryStore()
    kept = []
    errors = []
  })
  const upkeep = (parts: Partial<UpkeepParts>) => {
    const log = { debug() {}, info() {}, warn() {}, error: (_: object, text: string) => errors.push(text) }
    return new Upkeep({ store, clock, log, ...parts })
  }
  const files: Pick<FileStore, 'olderThan' | 'remove'> = {
    async *olderThan(beforeMs) {
      for (const { id, createdAt } of kept) if (createdAt < beforeMs) yield id
    },
    remove: async (id) => {
      kept = kept.filter((file) => file.id !== id)
    },
  }
  const upload = (id: string): void => {
    const facts = { ownerId: asUserId('ann'), kind: 'image/png', size: 1, sha256: '' } as const
    kept.push({ id, createdAt: clock.now(), ...facts })
  }

  test('a minute after the start, and every hour from then on', async () => {
    const roomId = await newRoom(store)
    const work = upkeep({ retention: { messages: 1 } })
    for (const text of ['one', 'two']) await say(store, roomId, 'ann', text)
    await clock.pass(59_000)
    expect(await messagesOf(store, roomId)).toHaveLength(2)
    await clock.pass(2_000)
    expect(await messagesOf(store, roomId)).toHaveLength(1)
    await say(store, roomId, 'ann', 'three')
    await clock.pass(HOUR_MS)
    expect((await messagesOf(store, roomId)).map(({ content }) => content)).toEqual(['three'])
    await work.stop()
    await say(store, roomId, 'ann', 'four')
    await clock.pass(10 * HOUR_MS)
    expect(await messagesOf(store, roomId)).toHaveLength(2)
  })

  test('files go a week after their upload when nothing shows them: never sent, deleted, purged', async () => {
    const roomId = await newRoom(store)
    const show = async (fileId: string) => {
      upload(fileId)
      const op = sendOp('ann', 'picture', { type: 'image', metadata: { fileId } })
      await commitOne(store, roomId, op)
      return op.id
    }
    await show('purged')
    const deleted = await show('deleted')
    await show('shown')
    upload('never sent')
    await commitOne(store, roomId, deleteOp('ann', deleted))
    await store.purge(roomId, 2)
    upkeep({ files: { ...files } as FileStore })
    await clock.pass(HOUR_MS)
    expect(kept).toHaveLength(4)
    await clock.pass(UNSHOWN_MS)
    expect(kept.map(({ id }) => id)).toEqual(['shown'])
  })

  test('op ids are dropped when they are a month old, whatever the retention', async () => {
    const asked: number[] = []
    const remaining = [3, 1, 0]
    const counting = {
      ...{ purge: store.purge.bind(store), read: store.read.bind(store), outbox: store.outbox },
      purgeDeleted: store.purgeDeleted.bind(store),
      forgetInvitations: store.forgetInvitations.bind(store),
      forgetOps: async (beforeMs: number) => {
        asked.push(clock.now() - beforeMs)
        return remaining.shift() ?? 0
      },
    }
    upkeep({ store: counting })
    await clock.pass(61_000)
    expect(asked).toEqual([OPS_KEPT_MS, OPS_KEPT_MS, OPS_KEPT_MS])
  })

  test('a failed step is done an hour later', async () => {
    const roomId = await newRoom(store)
    for (const text of ['one', 'two']) await say(store, roomId, 'ann', text)
    let fails = true
    const flaky = {
      outbox: store.outbox,
      purge: store.purge.bind(store),
      forgetOps: store.forgetOps.bind(store),
      purgeDeleted: store.purgeDeleted.bind(store),
      forgetInvitations: store.forgetInvitations.bind(store),
      read: (async (reads) => {
        if (fails) throw new Error('the database is away')
        return store.read(reads)
      }) as MemoryStore['read'],
    }
    upkeep({ store: flaky, retention: { messages: 1 } })
    await clock.pass(61_000)
    expect(errors).toEqual(['the upkeep of this hour was cut short'])
    fails = false
    await clock.pass(HOUR_MS)
    expect(await messagesOf(store, roomId)).toHaveLength(1)
  })
})
