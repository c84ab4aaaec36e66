import 'fake-indexeddb/auto'
import { IDBFactory } from 'fake-indexeddb'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHUNK_SIZE, chunkOf } from '../../../model/rows/timeline'
import { sampleRow } from '../../../model/rows/timeline/sample-rows'
import { handClock } from '../../../platform/hand-clock'
import type { TestCopy } from '../../../test-support/copies'
import type { LocalWrite, StoredMeta, StoredRoom } from '../../local-copy'
import { ann, entryOf, idbCopy, roomOf, chunkOf as sampleChunk } from './fixture'

const ROOM = 'r1'
const metaOf = (epoch: string) => ({ user: { id: 'ann', name: 'Ann' }, epoch }) as StoredMeta

/** The room at the server: which change was the last of each message, as of any cursor. */
class History {
  /** The seq that each change belongs to. */
  readonly changes: number[] = []
  lastSeq = 0

  sendAs(): void {
    this.changes.push(++this.lastSeq)
  }

  edit(place: number): void {
    this.changes.push(1 + (place % this.lastSeq))
  }

  revOf(seq: number, cursor: number): number {
    return this.changes.lastIndexOf(seq, cursor - 1) + 1
  }

  headAt(cursor: number): number {
    return Math.max(0, ...this.changes.slice(0, cursor))
  }
}

/** An isolated tab: it holds a seq up to the head, and it writes the chunks that changed. */
class Tab {
  #cursor = 0
  #from = 1
  readonly #dirty = new Set<number>()
  #meta: StoredMeta | undefined = metaOf('e1')

  private constructor(
    readonly store: TestCopy,
    readonly history: History,
  ) {}

  static async open(history: History): Promise<Tab> {
    const tab = new Tab(idbCopy({ clock: handClock() }), history)
    const { rooms } = await tab.store.open(ann)
    const room = rooms.find(({ ranges }) => ranges.length > 0)
    if (room) {
      tab.#cursor = room.cursor
      tab.#from = room.ranges[0]?.from ?? 1
    } else {
      tab.#from = Math.max(1, history.lastSeq - 20)
      tab.#cursor = history.changes.length
      tab.#touch(tab.#from, history.lastSeq)
    }
    return tab
  }

  sync(): void {
    const { changes } = this.history
    for (const seq of changes.slice(this.#cursor)) if (seq >= this.#from) this.#touch(seq, seq)
    this.#cursor = changes.length
  }

  loadOlder(count: number): void {
    const from = Math.max(1, this.#from - count)
    this.#touch(from, this.#from - 1)
    this.#from = from
  }

  async write(): Promise<void> {
    const to = this.history.headAt(this.#cursor)
    const room: StoredRoom = {
      ...roomOf(ROOM),
      cursor: this.#cursor,
      lastSeq: to,
      ranges: [{ from: this.#from, to }],
    }
    const chunks = [...this.#dirty].map((index) => ({ roomId: ROOM, index, messages: this.#rows(index, to) }))
    const write: LocalWrite = { rooms: [room], chunks, ...(this.#meta && { meta: this.#meta }) }
    try {
      await this.store.write(write)
    } catch (error) {
      expect(error).toMatchObject({ reason: 'taken' })
      // As a client does: it reads what is there, and replaces it with what it holds itself.
      await this.store.refresh()
      for (let index = chunkOf(this.#from); index <= chunkOf(to); index++) this.#dirty.add(index)
      const all = [...this.#dirty].map((index) => ({ roomId: ROOM, index, messages: this.#rows(index, to) }))
      await this.store.write({ ...write, clearRooms: [ROOM], chunks: all })
    }
    this.#dirty.clear()
    this.#meta = undefined
  }

  /** Chunks within this tab's range are no older on the disk than its cursor. */
  async check(): Promise<void> {
    const to = this.history.headAt(this.#cursor)
    for (let index = chunkOf(this.#from); index <= chunkOf(to); index++)
      if (!this.#dirty.has(index))
        await expectFresh(this.store, this.history, index, this.#cursor, this.#from)
  }

  #rows(index: number, to: number) {
    const first = Math.max(this.#from, index * CHUNK_SIZE)
    const last = Math.min(to, (index + 1) * CHUNK_SIZE - 1)
    return Array.from({ length: last - first + 1 }, (_, i) =>
      sampleRow(first + i, this.history.revOf(first + i, this.#cursor)),
    )
  }

  #touch(from: number, to: number): void {
    for (let index = chunkOf(from); index <= chunkOf(to); index++) this.#dirty.add(index)
  }
}

async function expectFresh(
  store: TestCopy,
  history: History,
  index: number,
  cursor: number,
  from = 1,
): Promise<readonly number[]> {
  const [chunk] = await store.readChunks(ROOM, [index])
  const stale = chunk?.messages.filter(({ seq, rev }) => seq >= from && rev < history.revOf(seq, cursor))
  expect(stale ?? []).toEqual([])
  return chunk?.messages.map(({ seq }) => seq) ?? []
}

/**
 * The data that a tab starting now finds is consistent: no row older than the cursor, no hole inside a range (I5, I7).
 */
async function expectSound(history: History): Promise<number> {
  const store = idbCopy({ clock: handClock() })
  const { rooms } = await store.open(ann)
  let rows = 0
  for (const { cursor, ranges } of rooms)
    for (const { from, to } of ranges)
      for (let index = chunkOf(from); index <= chunkOf(to); index++) {
        const seqs = await expectFresh(store, history, index, cursor)
        const wanted: number[] = []
        for (let seq = Math.max(from, index * CHUNK_SIZE); seq <= to && chunkOf(seq) === index; seq++)
          wanted.push(seq)
        const there = seqs.filter((seq) => seq >= from && seq <= to)
        if (there.length > 0) expect(there).toEqual(wanted)
        rows += there.length
      }
  await store.close()
  return rows
}

const tab = fc.nat(1)
const step = fc.oneof(
  fc.record({ kind: fc.constant('say' as const), count: fc.constantFrom(1, 1, 2, 5, 150) }),
  fc.record({ kind: fc.constant('edit' as const), place: fc.nat(999) }),
  fc.record({ kind: fc.constant('older' as const), tab, count: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ kind: fc.constant('reload' as const), tab }),
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sync' as const), tab }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('write' as const), tab }) },
)

test('two isolated tabs write one room: the data on the disk is consistent at any moment', async () => {
  let most = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
      globalThis.indexedDB = new IDBFactory()
      const history = new History()
      for (let i = 0; i < 300; i++) history.sendAs()
      const tabs = [await Tab.open(history), await Tab.open(history)]
      const at = (index: number): Tab => tabs[index] ?? expect.fail('there are two')
      for (const step of steps) {
        switch (step.kind) {
          case 'say':
            for (let i = 0; i < step.count; i++) history.sendAs()
            break
          case 'edit':
            history.edit(step.place)
            break
          case 'older':
            at(step.tab).loadOlder(step.count)
            break
          case 'sync':
            at(step.tab).sync()
            break
          case 'write':
            await at(step.tab).write()
            most = Math.max(most, await expectSound(history))
            for (const tab of tabs) await tab.check()
            break
          case 'reload':
            await at(step.tab).store.close()
            tabs[step.tab] = await Tab.open(history)
        }
      }
      await Promise.all(tabs.map(({ store }) => store.close()))
    }),
    { numRuns: 50 },
  )
  // An empty disk would pass, too.
  expect(most).toBeGreaterThan(CHUNK_SIZE)
})

test('of a tab that does not know a new epoch only the outbox is kept, and it reads nothing of the new one', async () => {
  globalThis.indexedDB = new IDBFactory()
  const [late, early] = [idbCopy({ clock: handClock() }), idbCopy({ clock: handClock() })]
  await late.open(ann)
  await late.write({ meta: metaOf('e1'), rooms: [roomOf(ROOM)], chunks: [sampleChunk(ROOM)] })
  await early.open(ann)
  const reset = { ...roomOf(ROOM), cursor: 2, lastSeq: 2 }
  await early.write({ meta: metaOf('e2'), clearRooms: [ROOM], rooms: [reset], chunks: [sampleChunk(ROOM)] })
  const rows = { rooms: [{ ...roomOf(ROOM), cursor: 20 }], chunks: [sampleChunk(ROOM)] }
  await expect(late.write({ ...rows, putEntries: [entryOf('c0')] })).rejects.toMatchObject({
    reason: 'taken',
  })
  await late.write({ putEntries: [entryOf('c1')] })
  expect(await late.readChunks(ROOM, [0])).toEqual([])
  expect(await early.readChunks(ROOM, [0])).toHaveLength(1)
  await late.close()
  expect(await late.open(ann)).toEqual({ meta: metaOf('e2'), rooms: [reset], entries: [entryOf('c1')] })
  await Promise.all([late.close(), early.close()])
})
