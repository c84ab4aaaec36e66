import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFileFolder } from './file-folder'
import { FILE_BYTES, FILE_ID, type FileStore, type StoredFile } from './file-store'

const [ann, bob] = [asUserId('ann'), asUserId('bob')]
const NOW = 1_767_225_600_000
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from('a picture')])

let folder = ''
let files: FileStore
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-files-'))
  files = await openFileFolder(folder, NOW)
})
afterEach(() => rmSync(folder, { recursive: true }))

async function* pieces(...all: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all
}
async function put(content: Uint8Array, owner = ann, now = NOW): Promise<StoredFile> {
  const stored = await files.put(pieces(content), owner, now)
  if (typeof stored === 'string') throw new Error(stored)
  return stored
}
async function read(file: StoredFile): Promise<Buffer> {
  const found: Uint8Array[] = []
  const reader = (await files.content(file))?.getReader()
  if (!reader) throw new Error('there is no content')
  for (let step = await reader.read(); !step.done; step = await reader.read()) found.push(step.value)
  return Buffer.concat(found)
}
async function all(beforeMs = NOW + 1): Promise<string[]> {
  const found: string[] = []
  for await (const { id } of files.olderThan(beforeMs)) found.push(id)
  return found.sort()
}
const leftInIncoming = (): string[] => readdirSync(join(folder, 'incoming'))

describe('a folder of files', () => {
  test('returns what was put, by an id that it makes', async () => {
    const file = await put(PNG)
    const sha256 = createHash('sha256').update(PNG).digest('hex')
    expect(file).toEqual({
      id: file.id,
      ownerId: ann,
      kind: 'image/png',
      size: PNG.length,
      sha256,
      createdAt: NOW,
    })
    expect(file.id).toMatch(FILE_ID)
    expect(await files.find(file.id)).toEqual(file)
    expect(await read(file)).toEqual(PNG)
    expect(leftInIncoming()).toEqual([])
    const again = await openFileFolder(folder, NOW)
    expect(await again.find(file.id)).toEqual(file)
  })

  test('keeps the same content once, for each uploader', async () => {
    const [first, second] = [await put(PNG), await put(PNG, bob)]
    expect(first.id).not.toBe(second.id)
    expect((await files.find(second.id))?.ownerId).toBe(bob)
    await files.remove(first)
    expect(await files.find(first.id)).toBeUndefined()
    expect(await read(second)).toEqual(PNG)
    await files.remove(second)
    expect(existsSync(join(folder, first.sha256.slice(0, 2), first.sha256))).toBe(false)
  })

  test('an upload while the last owner of that content goes leaves it whole', async () => {
    for (let round = 0; round < 20; round++) {
      const old = await put(PNG)
      const [fresh] = await Promise.all([put(PNG, bob), files.remove(old)])
      expect(await read(fresh)).toEqual(PNG)
      await files.remove(fresh)
    }
  })

  test.each([
    ['TOO_LARGE', [Buffer.alloc(FILE_BYTES, 'a'), Buffer.from('b')]],
    ['UNKNOWN_KIND', [Buffer.from('PK\x03\x04'), Buffer.from([0, 1, 2])]],
    ['EMPTY', []],
    ['EMPTY', [Buffer.alloc(0)]],
  ])('refuses with %s, and leaves nothing behind', async (problem, content) => {
    expect(await files.put(pieces(...content), ann, NOW)).toBe(problem)
    expect(leftInIncoming()).toEqual([])
    expect(await all()).toEqual([])
  })

  test('accepts the largest allowed file, and a magic number in pieces', async () => {
    const most = Buffer.concat([PNG, Buffer.alloc(FILE_BYTES - PNG.length)])
    expect(await put(most)).toMatchObject({ size: FILE_BYTES, kind: 'image/png' })
    const bytes = [...PNG].map((byte) => Buffer.from([byte]))
    expect(await files.put(pieces(...bytes), ann, NOW)).toMatchObject({ kind: 'image/png', size: PNG.length })
  })

  test('text is text, whatever its words', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>')
    expect(await put(svg)).toMatchObject({ kind: 'text/plain' })
  })

  test('a body that breaks off leaves nothing behind', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield PNG
      throw new Error('the line is gone')
    }
    await expect(files.put(broken(), ann, NOW)).rejects.toThrow('the line is gone')
    expect(leftInIncoming()).toEqual([])
  })

  test.each([
    '',
    'x',
    '../secret',
    `${'a'.repeat(64)}-../../../../x`,
    `${'a'.repeat(64)}-${'b'.repeat(16)}`,
    '__proto__',
  ])('finds nothing by %j', async (id) => {
    await put(PNG)
    expect(await files.find(id)).toBeUndefined()
  })

  test('names those that are older than a time', async () => {
    const [old, young] = [await put(PNG, ann, NOW - 1_000), await put(Buffer.from('text'), ann, NOW)]
    expect(await all(NOW)).toEqual([old.id])
    expect(await all(NOW + 1)).toEqual([old.id, young.id].sort())
  })

  test('removes uploads that were cut off long ago, and none under way', async () => {
    const [old, young] = [join(folder, 'incoming/old'), join(folder, 'incoming/young')]
    mkdirSync(join(folder, 'incoming'), { recursive: true })
    for (const path of [old, young]) writeFileSync(path, 'half of it')
    utimesSync(old, (NOW - 7_200_000) / 1000, (NOW - 7_200_000) / 1000)
    utimesSync(young, (NOW - 60_000) / 1000, (NOW - 60_000) / 1000)
    await openFileFolder(folder, NOW)
    expect([existsSync(old), existsSync(young)]).toEqual([false, true])
  })
})
