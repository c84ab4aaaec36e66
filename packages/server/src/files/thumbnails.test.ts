import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openFileFolder } from './file-folder'
import { PNG } from './file-samples'
import type { StoredFile } from './file-store'
import { Staging } from './staging'
import { Thumbnails } from './thumbnails'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-thumbnails-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A thumbnail is the word `small` here, of whatever is a picture. */
async function thumbnails({ isPicture = true, kind = 'image/png' as StoredFile['kind'] } = {}) {
  const store = await openFileFolder(folder)
  const staging = await Staging.open(store.incoming, 0)
  let made = 0
  const images = {
    stripped: async () => undefined,
    thumbnail: async () => {
      made++
      return isPicture ? Buffer.from('small') : undefined
    },
  }
  const staged = await staging.receive(Readable.from([PNG]), 1_000)
  if (!staged) throw new Error('too large')
  const { sha256, size, path } = staged
  const id = `${sha256}-${'1'.repeat(16)}`
  const file: StoredFile = { id, ownerId: asUserId('ann'), kind, size, sha256, createdAt: 0 }
  await store.put(file, path)
  const all = new Thumbnails({ store, staging, images })
  const read = async (thumbnailSize: 160 | 480 = 160) => {
    const content = await all.content(file, thumbnailSize)
    return content && new Response(content).text()
  }
  return { store, file, read, made: () => made, left: () => readdirSync(join(folder, 'incoming')) }
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
