import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileStore, StoredFile } from '@roomful/server'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FILE_SAMPLES, PNG } from '../../packages/server/src/files/file-samples'
import { startServer, tokenOf } from './server-fixture'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-pictures-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const bearer = async (id: string): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await tokenOf(id)}`,
})

describe('thumbnails', () => {
  const photo = () =>
    sharp({ create: { width: 600, height: 300, channels: 3, background: '#c33' } })
      .withExif({ IFD0: { Artist: 'Ann' } })
      .jpeg()
      .toBuffer()

  test('are made of pictures, for those who may see them', async () => {
    const options = { thumbnails: true, stripImageMetadata: true, files: join(folder, 'pictures') }
    await using own = await startServer(options)
    const send = async (content: Buffer): Promise<string> => {
      const body = new Uint8Array(content)
      const headers = await bearer('ann')
      const answer = await fetch(`${own.url}/files`, { method: 'POST', headers, body })
      return ((await answer.json()) as { file: { id: string } }).file.id
    }
    const read = async (path: string, id = 'ann', headers = {}): Promise<Response> =>
      fetch(`${own.url}/files/${path}`, { headers: { ...(await bearer(id)), ...headers } })
    const fileId = await send(await photo())
    const original = await sharp(await (await read(fileId)).arrayBuffer()).metadata()
    expect(original).toMatchObject({ format: 'jpeg', width: 600 })
    expect(original.exif).toBeUndefined()
    const small = await read(`${fileId}?size=160`)
    expect(Object.fromEntries(small.headers)).toMatchObject({
      ...{
        'content-type': 'image/webp',
        'content-disposition': 'inline',
        'cache-control': 'private, no-cache',
      },
      ...{ 'content-security-policy': "default-src 'none'; sandbox", etag: `"${fileId.slice(0, 64)}-160"` },
    })
    expect(await sharp(await small.arrayBuffer()).metadata()).toMatchObject({ format: 'webp', width: 160 })
    const etag = small.headers.get('etag') ?? ''
    expect((await read(`${fileId}?size=160`, 'ann', { 'if-none-match': etag })).status).toBe(304)
    expect((await read(`${fileId}?size=160`, 'eve')).status).toBe(404)
    expect((await read(`${await send(FILE_SAMPLES.pdf)}?size=160`)).status).toBe(404)
    for (const size of ['1', '161', '', 'x', '160x']) {
      const refused = await read(`${fileId}?size=${size}`)
      expect([refused.status, await refused.json()]).toMatchObject([400, { field: 'size' }])
    }
    const headers = await bearer('ann')
    const heic = new Uint8Array(FILE_SAMPLES.heic)
    expect((await fetch(`${own.url}/files`, { method: 'POST', headers, body: heic })).status).toBe(415)
  })

  test('are off by default', async () => {
    await using own = await startServer({ files: join(folder, 'plain') })
    const headers = await bearer('ann')
    const body = new Uint8Array(await photo())
    const sent = await fetch(`${own.url}/files`, { method: 'POST', headers, body })
    const { file } = (await sent.json()) as { file: { id: string } }
    expect((await fetch(`${own.url}/files/${file.id}?size=160`, { headers })).status).toBe(404)
    expect((await fetch(`${own.url}/files/${file.id}`, { headers })).status).toBe(200)
  })

  test('HEIC cannot be accepted where metadata is taken away', async () => {
    const starting = startServer({ files: folder, fileKinds: { heic: 1 }, stripImageMetadata: true })
    await expect(starting).rejects.toThrow('the metadata of heic cannot be taken away')
  })
})

test('an app keeps files in a store of its own', async () => {
  const kept = new Map<string, { file: StoredFile; content: Buffer }>()
  const files: FileStore = {
    put: async (file, path) => {
      kept.set(file.id, { file, content: readFileSync(path) })
    },
    find: async (id) => kept.get(id)?.file,
    content: async ({ id }) =>
      kept.has(id) ? new Blob([new Uint8Array(kept.get(id)?.content ?? [])]).stream() : undefined,
    putThumbnail: async () => {},
    olderThan: async function* () {},
    remove: async (id) => void kept.delete(id),
    measure: async () => 0,
  }
  await using own = await startServer({ files })
  const authorized = { headers: await bearer('ann') }
  const sent = await fetch(`${own.url}/files`, { method: 'POST', ...authorized, body: new Uint8Array(PNG) })
  const { file } = (await sent.json()) as { file: { id: string } }
  expect(kept.get(file.id)?.file).toMatchObject({ ownerId: 'ann', kind: 'image/png', size: PNG.length })
  const answer = await fetch(`${own.url}/files/${file.id}`, authorized)
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG)
})
