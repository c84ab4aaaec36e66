import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId } from '@roomful/protocol'
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { FILE_SAMPLES, PNG } from '../files/file-samples'
import { openFiles } from '../files/open-files'
import { flushPromises, ManualClock } from '../node/test-node'
import type { ServerOptions } from '../options'
import { systemIds } from '../ports/ids'
import { AppRules } from '../rules/app-rules'
import { commitOne, newRoom, sendOp } from '../stores/contract/contract-room'
import { MemoryStore } from '../stores/memory/memory-store'
import type { Reader } from '../stores/port'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-http-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A store that counts how many reads are under way, and takes a turn of the event loop for each. */
class SlowStore extends MemoryStore {
  most = 0
  #reads = 0

  override async read<T>(reads: (reader: Reader) => Promise<T>): Promise<T> {
    this.most = Math.max(this.most, ++this.#reads)
    await flushPromises()
    return super.read(reads).finally(() => this.#reads--)
  }
}

/** The routes of files, on which the header `as` says who asks. */
async function routes(options: ServerOptions = {}) {
  const clock = new ManualClock()
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const store = new SlowStore({})
  const isShown = (fileId: string) => store.read((reader) => reader.isFileShown(fileId))
  const files = await openFiles({ files: folder, ...options }, { database: undefined, clock, log, isShown })
  const app = new Hono()
  files?.routes(app, {
    store,
    identify: async (c) => ({ id: asUserId(c.req.header('as') ?? ''), name: 'Name', admin: false }),
    rules: new AppRules({ authorize: undefined, clock, log }),
    ids: systemIds(),
  })
  const get = async (user: string, path: string): Promise<Response> =>
    app.request(`/files/${path}`, { headers: { as: user } })
  const post = async (user: string, body: Buffer, init: RequestInit = {}): Promise<Response> => {
    const headers = { as: user, 'content-length': String(body.length) }
    return app.request('/files', { method: 'POST', headers, body: new Uint8Array(body), ...init })
  }
  const upload = async (user: string, body: Buffer): Promise<string> => {
    const { file } = (await (await post(user, body)).json()) as { file: { id: string } }
    return file.id
  }
  return { clock, store, get, post, upload }
}

describe('P12: loading files', () => {
  test('a page of fifty pictures with thumbnails is never refused; without an end they are, with when to retry', async () => {
    const { clock, get, upload } = await routes()
    const id = await upload('ann', PNG)
    const page = () =>
      Promise.all(Array.from({ length: 50 }, () => [get('ann', id), get('ann', `${id}?size=160`)]).flat())
    const statuses: number[] = []
    while (!statuses.includes(429) && statuses.length < 5_000)
      statuses.push(...(await page()).map(({ status }) => status))
    expect(statuses.length).toBeGreaterThanOrEqual(500)
    expect(statuses.slice(0, 500)).not.toContain(429)
    const refused = await get('ann', id)
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', retry: 'after' })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await get('bob', id)).status).toBe(404)
    await clock.pass(60_000)
    expect((await page()).map(({ status }) => status)).not.toContain(429)
  })

  test('the looks whether one user may take one place at the database, however many they ask for at once', async () => {
    const { store, get, upload } = await routes()
    const id = await upload('ann', PNG)
    await commitOne(
      store,
      await newRoom(store),
      sendOp('ann', '', { type: 'image', metadata: { fileId: id } }),
    )
    store.most = 0
    const answers = await Promise.all(Array.from({ length: 20 }, () => get('bob', id)))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(store.most).toBe(1)
  })
})

describe('P12: pictures that cannot be read', () => {
  const broken = Buffer.concat([FILE_SAMPLES.jpeg, randomBytes(300_000)])

  test('count as uploaded bytes, other refusals do not', async () => {
    const { post } = await routes({
      stripImageMetadata: true,
      fileKinds: { jpeg: 1, png: 1 },
      limits: { uploadMbPerHour: 1 },
    })
    const statuses: number[] = []
    for (let tries = 0; tries < 10; tries++) statuses.push((await post('ann', broken)).status)
    expect(statuses).toEqual([415, 415, 415, 415, 429, 429, 429, 429, 429, 429])
    for (let tries = 0; tries < 10; tries++) expect((await post('bob', FILE_SAMPLES.gif)).status).toBe(415)
    expect((await post('bob', PNG)).status).toBe(201)
  })
})
