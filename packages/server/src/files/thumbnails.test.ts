import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { flushPromises, ManualClock } from '../node/test-node'
import { openFileFolder } from './file-folder'
import { PNG } from './file-samples'
import { type StoredFile, THUMBNAIL_SIZES, type ThumbnailSize } from './file-store'
import { Gone, PictureTurns } from './picture-turns'
import { Staging } from './staging'
import { Thumbnails } from './thumbnails'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-thumbnails-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A thumbnail is the word `small` here, of whatever is a picture. */
async function thumbnails({
  isPicture = true,
  kind = 'image/png' as StoredFile['kind'],
  until = Promise.resolve(),
} = {}) {
  const store = await openFileFolder(folder)
  const staging = await Staging.open(store.incoming, 0)
  let made = 0
  const images = {
    stripped: async () => undefined,
    thumbnail: async () => {
      made++
      await until
      return isPicture ? Buffer.from('small') : undefined
    },
  }
  const staged = await staging.receive(Readable.from([PNG]), 1_000)
  if (!staged) throw new Error('too large')
  const { sha256, size, path } = staged
  const id = `${sha256}-${'1'.repeat(16)}`
  const file: StoredFile = { id, ownerId: asUserId('ann'), kind, size, sha256, createdAt: 0 }
  await store.put(file, path)
  const turns = new PictureTurns(new ManualClock())
  const all = new Thumbnails({ store, staging, images, turns })
  const read = async (thumbnailSize: ThumbnailSize = 160, user = 'ann', signal?: AbortSignal) => {
    const content = await all.content(file, thumbnailSize, { userId: asUserId(user), signal })
    return content && 'ok' in content ? content : content && new Response(content).text()
  }
  return { store, file, turns, read, made: () => made, left: () => readdirSync(join(folder, 'incoming')) }
}

test('a thumbnail is made once, for all who ask, and kept', async () => {
  const { read, made, left } = await thumbnails()
  expect(await Promise.all([read(), read(), read()])).toEqual(['small', 'small', 'small'])
  expect(await read()).toBe('small')
  expect(made()).toBe(1)
  expect(await read(480)).toBe('small')
  expect(made()).toBe(2)
  expect(left()).toEqual([])
})

test('what is no picture after all is tried once', async () => {
  const { read, made, left } = await thumbnails({ isPicture: false })
  expect([await read(), await read(), await read(480)]).toEqual([undefined, undefined, undefined])
  expect(made()).toBe(1)
  expect(left()).toEqual([])
})

test('other kinds have none, nor has a file that was removed', async () => {
  const { read, made } = await thumbnails({ kind: 'application/pdf' })
  expect(await read()).toBeUndefined()
  expect(made()).toBe(0)
  const removed = await thumbnails()
  await removed.store.remove(removed.file.id)
  expect(await removed.read()).toBeUndefined()
})

/** Work that ends when the test says so. */
function gate() {
  let open = (): void => {}
  const until = new Promise<void>((resolve) => {
    open = resolve
  })
  return { until, open: () => open() }
}

test('P11: of thumbnails that wait nothing is on the disk', async () => {
  const { until, open } = gate()
  const { read, made, left } = await thumbnails({ until })
  const all = Promise.all(THUMBNAIL_SIZES.map((size) => read(size)))
  while (made() === 0) await flushPromises()
  for (let turns = 0; turns < 100; turns++) await flushPromises()
  expect(left()).toHaveLength(1)
  open()
  expect(await all).toEqual(['small', 'small', 'small'])
})

test('P12: thumbnails of a user for whom too many wait are refused for now, of others made', async () => {
  const { until, open } = gate()
  const { read, turns } = await thumbnails()
  for (let waiting = 0; waiting < 101; waiting++) void turns.job(() => until).ask({ userId: asUserId('ann') })
  expect(await read(160)).toMatchObject({ code: 'RATE_LIMITED' })
  const other = read(160, 'bob')
  open()
  expect(await other).toBe('small')
  expect(await read(480)).toBe('small')
})

test('a thumbnail whose requests have ended is not made, and is for the next one who asks', async () => {
  const { until, open } = gate()
  const { read, turns, made } = await thumbnails()
  void turns.job(() => until).ask({ userId: asUserId('bob') })
  const leaving = new AbortController()
  const gone = read(160, 'ann', leaving.signal)
  for (let turns = 0; turns < 100; turns++) await flushPromises()
  leaving.abort()
  await expect(gone).rejects.toBeInstanceOf(Gone)
  open()
  for (let turns = 0; turns < 100; turns++) await flushPromises()
  expect(made()).toBe(0)
  expect(await read()).toBe('small')
})
