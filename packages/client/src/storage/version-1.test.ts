import 'fake-indexeddb/auto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { IDBFactory } from 'fake-indexeddb'
import { openDB } from 'idb'
import { describe, expect, test } from 'vitest'
import { sampleRow, sampleRows } from '../model/rows/timeline/sample-rows'
import { handClock } from '../platform/hand-clock'
import { copyOn, type TestCopy } from '../test-support/copies'
import { fileStore } from './backends/file'
import { indexedDbStore } from './backends/indexeddb'
import { keyValueStore } from './backends/key-value'

/**
 * What the first layout left on each kind of disk: one user with three rooms, of which one was cleared, rows in three
 * chunks of which one was written again, and unsent entries. Written by that code, and never changed.
 */
type Copies = {
  readonly files: Readonly<Record<string, string>>
  readonly keyValue: Readonly<Record<string, string>>
  readonly indexeddb: readonly {
    readonly name: string
    readonly version: number
    readonly stores: Readonly<
      Record<string, { keyPath: string | null; keys: IDBValidKey[]; values: unknown[] }>
    >
  }[]
}

const copies = async (): Promise<Copies> =>
  JSON.parse(await readFile(new URL('copies-of-version-1.json', import.meta.url), 'utf8'))

/** Puts the old copy where each store looks for it. A second store in the same place is what a reload gets. */
const PLACES: Record<string, () => Promise<() => TestCopy>> = {
  indexeddb: async () => {
    globalThis.indexedDB = new IDBFactory()
    for (const { name, version, stores } of (await copies()).indexeddb) {
      const database = await openDB(name, version, {
        upgrade: (old) => {
          for (const [table, { keyPath }] of Object.entries(stores)) old.createObjectStore(table, { keyPath })
        },
      })
      for (const [table, { keyPath, keys, values }] of Object.entries(stores))
        for (const [i, key] of keys.entries())
          await database.put(table, values[i], keyPath === null ? key : undefined)
      database.close()
    }
    return () => copyOn(indexedDbStore({ clock: handClock() }))
  },
  'key-value': async () => {
    const items = new Map(Object.entries((await copies()).keyValue))
    return () =>
      copyOn(
        keyValueStore({
          getItem: async (key) => items.get(key) ?? null,
          setItem: async (key, value) => items.set(key, value),
          removeItem: async (key) => items.delete(key),
        }),
      )
  },
  file: async () => {
    const folder = await mkdtemp(join(tmpdir(), 'roomful-v1-'))
    for (const [name, text] of Object.entries((await copies()).files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    folders.push(folder)
    return () => copyOn(fileStore(folder))
  },
}
const folders: string[] = []

describe.each(Object.entries(PLACES))('a copy that version 1 wrote to %s', (_kind, place) => {
  test('opens for the last user with everything in it, and can be written to', async () => {
    const store = await place()
    for (const text of ['first', 'second']) {
      const opened = store()
      const snapshot = await opened.open({ url: 'https://chat.example', userId: null })
      expect(snapshot.damage).toBeUndefined()
      expect(snapshot.meta).toEqual({ user: { id: 'ann', name: 'Ann' }, epoch: 'epoch-1' })
      const rooms = [...snapshot.rooms].sort((a, b) => a.cursor - b.cursor)
      expect(rooms.map(({ roomId, cursor, draft }) => [roomId, cursor, draft])).toEqual([
        ['__proto__', 7, 'draft of __proto__'],
        ['general', 304, 'draft of general'],
      ])
      expect(rooms[1]).toMatchObject({
        ranges: [
          { from: 126, to: 130 },
          { from: 298, to: 302 },
        ],
        item: { room: { name: 'General', memberCount: 2 }, unread: 3 },
      })
      const entries = snapshot.entries.map(({ clientId, order }) => [clientId, order])
      expect(entries.slice(0, 3)).toEqual([
        ['alone', 2],
        ['refused', 3],
        ['edit', 4],
      ])
      expect(snapshot.entries[0]?.data).toMatchObject({ kind: 'send', content: 'unsent ü 👍', age: 1_000 })
      expect(JSON.stringify(snapshot.entries[1]?.data)).toContain('"MUTED"')
      expect(await opened.readChunks('general', [0, 1, 2])).toEqual([
        { index: 0, messages: sampleRows(126, 127) },
        { index: 1, messages: sampleRows(128, 130) },
        {
          index: 2,
          messages: [...sampleRows(298, 299), sampleRow(300, 302), sampleRow(301, 303), sampleRow(302, 304)],
        },
      ])
      expect(await opened.readChunks('__proto__', [0])).toEqual([{ index: 0, messages: sampleRows(1, 1) }])
      expect(await opened.readChunks('gone', [0])).toEqual([])
      // Later writes are there after a reload, beside everything from before.
      if (text === 'second') expect(entries.slice(3)).toEqual([['first', 5]])
      await opened.write({ putEntries: [{ clientId: text, roomId: 'general', order: 5, data: {} }] })
      await opened.close()
    }
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })

  test('can be wiped: nothing of it is left', async () => {
    const store = await place()
    const opened = store()
    await opened.open({ url: 'https://chat.example', userId: 'ann' })
    await opened.wipe()
    expect(await opened.open({ url: 'https://chat.example', userId: null })).toMatchObject({ meta: null })
    expect(await opened.open({ url: 'https://chat.example', userId: 'ann' })).toEqual({
      meta: null,
      rooms: [],
      entries: [],
    })
    expect(await opened.readChunks('general', [0, 1, 2])).toEqual([])
    await opened.close()
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
  })
})
