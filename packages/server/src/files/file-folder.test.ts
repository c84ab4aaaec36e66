import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StoreError } from '../stores/port'
import { fileStoreContract } from './contract/file-store-contract'
import { openFileFolder } from './file-folder'
import type { StoredFile } from './file-store'

const newFolder = (): string => mkdtempSync(join(tmpdir(), 'roomful-files-'))

fileStoreContract('folder', async () => {
  const folder = newFolder()
  return {
    store: await openFileFolder(folder),
    reopen: () => openFileFolder(folder),
    dispose: async () => rmSync(folder, { recursive: true }),
  }
})

describe('a folder of files', () => {
  let folder = ''
  beforeEach(() => {
    folder = newFolder()
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const sha256 = 'ab'.repeat(32)
  const fileOf = (random: string): StoredFile => ({
    ...{ id: `${sha256}-${random.repeat(16)}`, sha256, kind: 'image/png', size: 3 },
    ownerId: asUserId('ann'),
    createdAt: 1_767_225_600_000,
  })
  const staged = (): string => {
    const path = join(folder, 'incoming', 'upload')
    writeFileSync(path, 'cat')
    return path
  }

  test('keeps the same content once, for each uploader, and leaves nothing when it is removed', async () => {
    const store = await openFileFolder(folder)
    const [first, second] = [fileOf('1'), fileOf('2')]
    await store.put(first, staged())
    await store.put(second, staged())
    await store.putThumbnail(first, 160, staged())
    expect(readdirSync(join(folder, 'ab', sha256)).sort()).toEqual([
      '1111111111111111.json',
      '2222222222222222.json',
      'content',
      'thumbnail-160',
    ])
    expect(readdirSync(join(folder, 'incoming'))).toEqual([])
    for (const { id } of [first, second]) await store.remove(id)
    expect(existsSync(join(folder, 'ab', sha256))).toBe(false)
  })

  test('a thumbnail of a file that was removed meanwhile is not kept', async () => {
    const store = await openFileFolder(folder)
    await store.putThumbnail(fileOf('1'), 160, staged())
    expect(existsSync(join(folder, 'ab'))).toBe(false)
    expect(await store.measure()).toBe(0)
  })

  test('a disk that fails is a StoreError', async () => {
    const store = await openFileFolder(folder)
    writeFileSync(join(folder, 'ab'), 'a file where the folder should be')
    await expect(store.put(fileOf('1'), staged())).rejects.toThrow(StoreError)
  })
})
