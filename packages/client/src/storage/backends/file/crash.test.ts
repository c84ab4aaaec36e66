import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sampleRow } from '../../../model/rows/timeline/sample-rows'
import { copyOn, type TestCopy } from '../../../test-support/copies'
import type { LocalSnapshot, LocalWrite } from '../../local-copy'
import { memoryStore } from '../memory'
import type { Disk } from './files'
import { ann, fileCopy, roomOf } from './fixture'
import { troubledDisk } from './troubled-disk'

/** So small that every other write turns the journal into a snapshot. */
const logBytes = 1_500

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomful-crash-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})

/** The life of two rooms: single messages, an edit, sends that are added and removed, a reset. */
const writes: LocalWrite[] = Array.from({ length: 5 }, (_, i) => {
  const seq = 120 + i
  const rows = [...Array(seq).keys()].slice(-4).map((s) => sampleRow(s + 1, s === 125 ? 900 + i : s + 1))
  const inChunk = (index: number) => rows.filter((row) => row.seq >> 7 === index)
  return {
    rooms: [roomOf('r1', seq), roomOf(`r-${i % 3}`, i + 1)],
    chunks: [
      ...[0, 1].map((index) => ({ roomId: 'r1', index, messages: inChunk(index) })),
      ...(i === 1 ? [{ roomId: 'r1', index: 2, messages: [sampleRow(260, 260)] }] : []),
    ],
    putEntries: [{ clientId: `c${i}`, roomId: 'r1', order: i, data: { i } }],
    ...(i === 2 && { deleteEntries: [`c${i - 1}`] }),
    ...(i === 3 && { clearRooms: ['r1'] }),
  }
})

type View = { snapshot: LocalSnapshot; chunks: unknown }
async function viewOf(store: TestCopy): Promise<View> {
  const { damage, ...snapshot } = await store.open(ann)
  const chunks = await store.readChunks('r1', [0, 1, 2])
  await store.close()
  expect(damage).toBeUndefined()
  return {
    snapshot: { ...snapshot, rooms: snapshot.rooms.toSorted((a, b) => (a.roomId < b.roomId ? -1 : 1)) },
    chunks,
  }
}

/** The state after each prefix of the writes. */
async function prefixes(): Promise<View[]> {
  const store = copyOn(memoryStore())
  const views = [await viewOf(store)]
  for (const write of writes) {
    await store.open(ann)
    await store.write(write)
    views.push(await viewOf(store))
  }
  return views
}

/** Runs the writes from `first` on until the end or the crash; returns how many are confirmed by then. */
async function live(disk: Disk, first: number, bytes = logBytes): Promise<number> {
  const store = fileCopy(folder, { disk, logBytes: bytes })
  let kept = first
  try {
    await store.open(ann)
    for (const write of writes.slice(first)) {
      await store.write(write)
      kept++
    }
  } catch {
    // The crash. The next process follows.
  }
  await store.close().catch(() => undefined)
  return kept
}

/** The dead process's lock: its pid is this one's, so the test marks it as dead. */
async function buryLocks(): Promise<void> {
  const dead = JSON.stringify({ pid: 2 ** 30, host: hostname(), startedAt: 0 })
  for (const name of await readdir(folder, { recursive: true }))
    if (/lock\.\d+$/.test(name)) await writeFile(join(folder, name), dead)
}

test('a crash at any call leaves a prefix of the writes with all that was confirmed (I16)', async () => {
  const views = await prefixes()
  const sound = troubledDisk({})
  expect(await live(sound.disk, 0)).toBe(writes.length)
  const calls = sound.calls()
  expect(calls).toBeGreaterThan(80)

  for (let crashAt = 1; crashAt <= calls; crashAt++) {
    await rm(folder, { recursive: true })
    await mkdir(folder)
    const kept = await live(troubledDisk({ crashAt }).disk, 0)
    await buryLocks()
    const view = JSON.stringify(await viewOf(fileCopy(folder, { disk: sound.disk, logBytes })))
    // The write in progress may have arrived or not.
    const arrived = views.slice(kept, kept + 2).findIndex((prefix) => JSON.stringify(prefix) === view)
    expect(arrived, `crash at call ${crashAt}, ${kept} confirmed`).not.toBe(-1)
    // And the next process continues from there, in the same journal.
    expect(await live(sound.disk, kept + arrived, 1_000_000)).toBe(writes.length)
    expect(await viewOf(fileCopy(folder, { disk: sound.disk, logBytes }))).toEqual(views.at(-1))
  }
})
