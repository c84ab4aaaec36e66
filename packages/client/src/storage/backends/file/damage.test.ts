import { appendFile, chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { TestCopy } from '../../../test-support/copies'
import { ann, chunkOf, entryOf, fileCopy, roomOf } from './fixture'
import { troubledDisk } from './troubled-disk'

let folder: string
let store: TestCopy
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomful-damage-'))
  store = fileCopy(folder, { logBytes: 1_000_000 })
  await store.open(ann)
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true })
})

const because = (reason: string) => expect.objectContaining({ name: 'LocalStoreError', reason })

async function pathsTo(pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder, { recursive: true })
  return names.filter((name) => pattern.test(name)).map((name) => join(folder, name))
}
async function pathTo(pattern: RegExp): Promise<string> {
  const [path, ...more] = await pathsTo(pattern)
  if (path === undefined || more.length > 0) throw new Error(`not one file like ${pattern}`)
  return path
}

const content = { rooms: [roomOf('r1'), roomOf('r2')], chunks: [chunkOf('r1'), chunkOf('r2')] }

test('a torn last batch is cut off silently, and the next write follows the last whole one', async () => {
  await store.write({ putEntries: [entryOf('c1')] })
  await store.close()
  for (const torn of [
    '{"put":[["[\\"entries\\"',
    '{"put":[["[\\"entries\\",\\"c2\\"",90]],"remove":[]}\n{"clientId"',
  ]) {
    await appendFile(await pathTo(/records.*log/), torn)
    expect(await store.open(ann)).toEqual({ meta: null, rooms: [], entries: [entryOf('c1')] })
    await store.close()
  }
  await store.open(ann)
  await store.write({ putEntries: [entryOf('c3', 3)] })
  expect((await store.open(ann)).entries).toEqual([entryOf('c1'), entryOf('c3', 3)])
})

test('an unreadable batch in the middle costs the rooms, not the outbox, and is reported once', async () => {
  await store.write({ ...content, putEntries: [entryOf('c1')] })
  await store.write({ rooms: [roomOf('r1', 12)], putEntries: [entryOf('c2', 2)] })
  await store.write({ putEntries: [entryOf('c3', 3)] })
  await store.close()
  const path = await pathTo(/records.*log/)
  const text = await readFile(path, 'utf8')
  // The length of the second entry.
  await writeFile(path, text.replace(/(c2\\"",)\d+/, '$1x'))
  const snapshot = await store.open(ann)
  expect(snapshot.damage).toEqual(['the rooms were unreadable and are loaded again'])
  expect(snapshot.entries).toEqual([entryOf('c1'), entryOf('c3', 3)])
  expect(snapshot.rooms).toEqual([])
  expect(await store.readChunks('r1', [0])).toEqual([])
  expect(await readFile(await pathTo(/records\.damaged/), 'utf8')).toContain('text of c2')
  expect((await store.open(ann)).damage).toBeUndefined()
})

test('an unreadable value clears the rows of its room only, and a file that is all junk costs everything', async () => {
  await store.write({ ...content, putEntries: [entryOf('c1')] })
  await store.close()
  const path = await pathTo(/records.*log/)
  const text = await readFile(path, 'utf8')
  const junk = text.replace(/^\[\{.*$/m, (chunk) => '!'.repeat(Buffer.byteLength(chunk)))
  await writeFile(path, junk)
  await store.open(ann)
  await expect(store.readChunks('r1', [0])).rejects.toEqual(because('corrupt'))
  expect(await store.readChunks('r2', [0])).toHaveLength(1)
  const { rooms } = await store.open(ann)
  expect(rooms.filter((room) => room.ranges.length === 0)).toHaveLength(1)
  expect(rooms.every((room) => room.draft !== '')).toBe(true)
  await store.close()
  await writeFile(path, '!'.repeat(5_000))
  expect((await store.open(ann)).entries).toEqual([])
  await store.write({ putEntries: [entryOf('c2')] })
  expect((await store.open(ann)).entries).toEqual([entryOf('c2')])
})

test.each([
  ['ENOSPC', 'quota'],
  ['EIO', 'lost'],
])(
  'a write that fails with %s at any call is `%s`, keeps nothing, and the next one works',
  async (code, reason) => {
    await store.write({ ...content, putEntries: [entryOf('c1')] })
    await store.close()
    const probe = troubledDisk({})
    const probing = fileCopy(folder, { disk: probe.disk })
    await probing.open(ann)
    const opened = probe.calls()
    await probing.close()
    // Reads the lock, appends, syncs.
    for (let failAt = opened + 2; failAt <= opened + 3; failAt++) {
      const failing = fileCopy(folder, { disk: troubledDisk({ failAt, code }).disk })
      await failing.open(ann)
      const failure = failing.write({ rooms: [roomOf('r9')], putEntries: [entryOf('c9', 9)] })
      await expect(failure).rejects.toEqual(because(reason))
      await failing.write({ rooms: [roomOf('r2', 12)] })
      await failing.close()
      const { rooms, entries } = await store.open(ann)
      expect(rooms.map((room) => [room.roomId, room.cursor])).toEqual([
        ['r1', 9],
        ['r2', 12],
      ])
      expect(entries).toEqual([entryOf('c1')])
      await store.close()
    }
  },
)

test('a write that cannot even be taken back is `lost`, and the copy can be opened again', async () => {
  await store.write({ putEntries: [entryOf('c1')] })
  await store.close()
  const probe = troubledDisk({})
  const probing = fileCopy(folder, { disk: probe.disk })
  await probing.open(ann)
  const opened = probe.calls()
  await probing.close()
  // Reads the lock; appends, and cuts off what that left.
  const { disk } = troubledDisk({ failAt: opened + 2, failures: 2 })
  const failing = fileCopy(folder, { disk })
  await failing.open(ann)
  await expect(failing.write({ putEntries: [entryOf('c2', 2)] })).rejects.toEqual(because('lost'))
  expect((await failing.open(ann)).entries).toEqual([entryOf('c1')])
  await failing.write({ putEntries: [entryOf('c3', 3)] })
  expect((await failing.open(ann)).entries).toEqual([entryOf('c1'), entryOf('c3', 3)])
  await failing.close()
})

test('only the owner can read it, and a wipe leaves nothing', async () => {
  await store.write({ ...content, putEntries: [entryOf('c1')] })
  for (const path of await pathsTo(/./)) {
    const entry = await stat(path)
    expect(entry.mode & 0o077, path).toBe(0)
  }
  await store.wipe()
  expect(await pathsTo(/./)).toEqual([join(folder, 'last-users.json')])
  expect(await readFile(join(folder, 'last-users.json'), 'utf8')).toBe('{}')
})

test('a folder that cannot be created is `unavailable` or `lost`, never a crash', async () => {
  const file = join(folder, 'a-file')
  await writeFile(file, '')
  await chmod(file, 0o600)
  await expect(fileCopy(join(file, 'state')).open(ann)).rejects.toEqual(because('unavailable'))
})
