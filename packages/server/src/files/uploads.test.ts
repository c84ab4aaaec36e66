import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import type { OnUpload, ReceivedUpload } from './check-upload'
import { openFileFolder } from './file-folder'
import { FILE_SAMPLES, PNG } from './file-samples'
import type { Images } from './images'
import { KindLimits } from './kind-limits'
import { Gone, PictureTurns } from './picture-turns'
import { Staging } from './staging'
import { Uploads } from './uploads'

const ann = { id: asUserId('ann'), name: 'Ann' }
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-uploads-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function uploadsWith(onUpload?: OnUpload, stripping?: Images) {
  const store = await openFileFolder(folder)
  const clock = new ManualClock()
  const errors: object[] = []
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void errors.push(fields) }
  const staging = await Staging.open(store.incoming, clock.now())
  const limits = new KindLimits({ png: 1, pdf: 0.00001 })
  const turns = new PictureTurns(clock)
  const uploads = new Uploads({ store, staging, limits, onUpload, stripping, turns, clock, log })
  async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
    yield content
  }
  return {
    ...{ store, clock, errors, turns },
    accept: (content: Uint8Array, key?: string, owner = ann, options = {}) =>
      uploads.accept(once(content), owner, { key, ...options }),
    left: () =>
      readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()),
  }
}

describe('an upload', () => {
  test('is kept as a file of its sender', async () => {
    const { accept, store } = await uploadsWith()
    const file = await accept(PNG)
    expect(file).toMatchObject({ ownerId: 'ann', kind: 'image/png', size: PNG.length })
    if ('ok' in file) throw new Error(file.code)
    expect(await store.find(file.id)).toEqual(file)
  })

  test('that is repeated with its key is the same file; another user, key or content makes another one', async () => {
    const { accept, store, clock } = await uploadsWith()
    const idOf = async (...[content, key, owner]: Parameters<typeof accept>): Promise<string> => {
      const file = await accept(content, key, owner)
      if ('ok' in file) throw new Error(file.code)
      return file.id
    }
    const id = await idOf(PNG, 'client-0001')
    await clock.pass(1_000)
    expect(await idOf(PNG, 'client-0001')).toBe(id)
    // The later try is as young as its message, which is still to come.
    expect(await store.find(id)).toMatchObject({ ownerId: 'ann', createdAt: clock.now() })
    const bob = { id: asUserId('bob'), name: 'Bob' }
    const others = [
      await idOf(PNG, 'client-0001', bob),
      await idOf(PNG, 'client-0002'),
      await idOf(PNG),
      await idOf(PNG),
      await idOf(Buffer.concat([PNG, Buffer.from('more')]), 'client-0001'),
    ]
    expect(new Set([id, ...others]).size).toBe(6)
    expect(await store.find(id)).toMatchObject({ ownerId: 'ann' })
  })

  test('of another kind, of none, or too large for its kind is refused, and leaves nothing', async () => {
    const { accept, left } = await uploadsWith()
    const kinds = ['image/png', 'application/pdf']
    expect(await accept(FILE_SAMPLES.gif)).toEqual({ ok: false, code: 'INVALID_CONTENT', kinds })
    expect(await accept(Buffer.alloc(0))).toEqual({ ok: false, code: 'INVALID_CONTENT', kinds })
    expect(await accept(FILE_SAMPLES.pdf)).toEqual({ ok: false, code: 'PAYLOAD_TOO_LARGE', limit: 10 })
    expect(left()).toEqual([])
  })
})

describe('a picture whose metadata is to be taken away', () => {
  const images = (picture: Uint8Array | undefined): Images => ({
    stripped: async () => picture,
    thumbnail: async () => undefined,
  })

  test('is kept as what is left of it', async () => {
    const { accept, store, left } = await uploadsWith(undefined, images(Buffer.from('bare')))
    const file = await accept(PNG)
    if ('ok' in file) throw new Error(file.code)
    expect(file).toMatchObject({ kind: 'image/png', size: 4 })
    const content = await store.content(file)
    expect(content && (await new Response(content).text())).toBe('bare')
    expect(left()).toHaveLength(2)
  })

  test('is refused if it cannot be read, and leaves nothing', async () => {
    const { accept, left } = await uploadsWith(undefined, images(undefined))
    const charged: number[] = []
    const charge = (bytes: number): void => void charged.push(bytes)
    expect(await accept(PNG, undefined, ann, { charge })).toEqual({ ok: false, code: 'INVALID_CONTENT' })
    expect(left()).toEqual([])
    expect(charged).toEqual([PNG.length])
  })

  test('is refused for now if too many of its user wait, or given up with its request; then nothing is left', async () => {
    const { accept, left, turns } = await uploadsWith(undefined, images(Buffer.from('bare')))
    let end = (): void => {}
    const until = new Promise<void>((resolve) => {
      end = resolve
    })
    const wait = (): void => void turns.job(() => until).ask({ userId: ann.id })
    for (let waiting = 0; waiting < 100; waiting++) wait()
    await expect(accept(PNG, undefined, ann, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(Gone)
    wait()
    const charge = (): void => expect.unreachable()
    expect(await accept(PNG, undefined, ann, { charge })).toMatchObject({ code: 'RATE_LIMITED' })
    expect(left()).toEqual([])
    end()
  })
})

describe("the app's check of an upload", () => {
  test('sees who sends it, what it is, and its content', async () => {
    const seen: ReceivedUpload[] = []
    const contents: Buffer[] = []
    const { accept } = await uploadsWith(async (upload) => {
      seen.push(upload)
      contents.push(readFileSync(upload.path), Buffer.from(await new Response(upload.stream()).arrayBuffer()))
      return undefined
    })
    const file = await accept(PNG)
    expect('ok' in file).toBe(false)
    expect(seen).toMatchObject([
      { user: ann, kind: 'image/png', size: PNG.length, sha256: expect.any(String) },
    ])
    expect(contents).toEqual([PNG, PNG])
  })

  test('refuses it with a reason, and then nothing of it is left', async () => {
    const { accept, left } = await uploadsWith(() => ({ refuse: 'It has a virus.' }))
    expect(await accept(PNG)).toEqual({ ok: false, code: 'REFUSED', reason: 'It has a virus.' })
    expect(left()).toEqual([])
  })

  test('that fails keeps nothing, and the sender may try again', async () => {
    const { accept, left, errors } = await uploadsWith(() => {
      throw new Error('no scanner')
    })
    expect(await accept(PNG)).toEqual({ ok: false, code: 'UNAVAILABLE' })
    expect(errors).toHaveLength(1)
    expect(left()).toEqual([])
  })

  test('that hangs ends after a minute', async () => {
    let asked = (): void => {}
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    const { accept, left, clock } = await uploadsWith(() => {
      asked()
      return new Promise(() => {})
    })
    const answer = accept(PNG)
    await isAsked
    await clock.pass(59_000)
    expect(left()).toHaveLength(1)
    await clock.pass(1_000)
    expect(await answer).toEqual({ ok: false, code: 'UNAVAILABLE' })
    expect(left()).toEqual([])
  })
})
