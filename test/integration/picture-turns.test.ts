import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChatServer } from '@roomful/server'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, tokenOf } from './server-fixture'

const SIDE = 250

/** Noise, which takes long to compress: a hundred times as long as a small picture. */
const slow = await sharp(randomBytes(SIDE * SIDE * 3), { raw: { width: SIDE, height: SIDE, channels: 3 } })
  .avif({ effort: 0 })
  .toBuffer()
const small = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#3c3' } })
  .png()
  .toBuffer()

describe("P12: beside one user's album of slow pictures", () => {
  let folder = ''
  let server: ChatServer
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'roomful-turns-'))
    server = await startServer({ files: folder, stripImageMetadata: true, thumbnails: true })
  })
  afterAll(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  const ask = async (user: string, path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`${server.url}/files${path}`, {
      ...init,
      headers: { authorization: `Bearer ${await tokenOf(user)}` },
    })
  const post = (user: string, body: Buffer, init: RequestInit = {}): Promise<Response> =>
    ask(user, '', { method: 'POST', body: new Uint8Array(body), ...init })
  /** Files that were kept: each has a record. */
  const kept = (): number =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).length

  test("another's upload and thumbnail are answered while most of the album waits", async () => {
    const { file } = (await (await post('bob', small)).json()) as { file: { id: string } }
    let answered = 0
    const album = Array.from({ length: 12 }, async () => {
      const { status } = await post('ann', slow)
      answered++
      return status
    })
    await Promise.race(album)
    const [upload, thumbnail] = [await post('bob', small), await ask('bob', `/${file.id}?size=160`)]
    expect([upload.status, thumbnail.status]).toEqual([201, 200])
    expect(answered).toBeLessThanOrEqual(6)
    expect(await Promise.all(album)).toEqual(Array(12).fill(201))
  })

  test('those whose requests have ended are skipped', async () => {
    const before = kept()
    const leaving = new AbortController()
    const album = Array.from({ length: 7 }, () => post('cid', slow, { signal: leaving.signal }))
    const settled = Promise.allSettled(album)
    await Promise.race(album)
    leaving.abort()
    await settled
    // In the order of this user's pictures it comes after all that are left.
    expect((await post('cid', small)).status).toBe(201)
    expect(kept() - before).toBeLessThanOrEqual(5)
  })
})
