import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChatServer, signToken } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { FILE_SAMPLES, PNG } from '../../packages/server/src/files/file-samples'
import { connect, type Device, SECRET, signIn, startServer, tokenOf } from './server-fixture'

const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
const HTML = Buffer.from('<!doctype html><script>alert(1)</script>')
const PDF = Buffer.from('%PDF-1.7\n…')
const TEN_MEGABYTES = 10 * 1024 * 1024

let folder: string
let server: ChatServer
const devices: Device[] = []
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-files-'))
  const limits = { sendsPerSecond: 0, eventsPerSecond: 0 }
  server = await startServer({ database: `sqlite:${join(folder, 'chat.db')}`, limits })
})
afterEach(() => {
  for (const device of devices.splice(0)) device.close()
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

async function enter(id: string): Promise<Device> {
  const device = await signIn(server, id)
  devices.push(device)
  return device
}
const bearer = async (id: string): Promise<Record<string, string>> => ({
  authorization: `Bearer ${await tokenOf(id)}`,
})
async function post(id: string, body: Buffer, headers: Record<string, string> = {}): Promise<Response> {
  const type = { 'content-type': 'text/html' }
  return fetch(`${server.url}/files`, {
    method: 'POST',
    headers: { ...type, ...(await bearer(id)), ...headers },
    body: new Uint8Array(body),
  })
}
async function upload(id: string, body: Buffer): Promise<string> {
  const response = await post(id, body)
  const { file } = (await response.json()) as { file: { id: string } }
  return file.id
}
const get = async (id: string, fileId: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${server.url}/files/${fileId}`, { headers: { ...(await bearer(id)), ...headers } })

let clientIds = 0
const show = (device: Device, roomId: string, fileId: string, more: object = {}) =>
  device.ask('send-message', {
    roomId,
    content: 'cat.png',
    type: 'image',
    clientId: `client-id-${++clientIds}`,
    metadata: { fileId, name: 'cat.png', width: 640, height: 480 },
    ...more,
  })
/** A room of ann and bob in which ann shows a picture; eve is on the server, and not in the room. */
async function pictureRoom() {
  const [ann, bob, eve] = [await enter('ann'), await enter('bob'), await enter('eve')]
  const { room } = await ann.do('create-room', { name: 'Ours', type: 'private', members: ['bob'] })
  const fileId = await upload('ann', PNG)
  const shown = await show(ann, room.id, fileId)
  expect(shown).toMatchObject({ ok: true, message: { type: 'image', metadata: { fileId, width: 640 } } })
  const { message } = shown as { message: { id: string } }
  return { ann, bob, eve, roomId: room.id, fileId, messageId: message.id }
}

describe('an upload', () => {
  test('is answered with an id from the server, its kind by its bytes, and its size', async () => {
    const response = await post('ann', PNG, { 'content-type': 'image/jpeg' })
    expect(response.status).toBe(201)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    const sha256 = createHash('sha256').update(PNG).digest('hex')
    expect(await response.json()).toEqual({
      ok: true,
      file: {
        id: expect.stringMatching(new RegExp(`^${sha256}-[0-9a-f]{16}$`)),
        kind: 'image/png',
        size: PNG.length,
      },
    })
    expect(readdirSync(join(folder, 'files'))).toContain(sha256.slice(0, 2))
  })

  test.each([
    ['nothing', Buffer.alloc(0), 415, 'INVALID_CONTENT'],
    ['a program', Buffer.from('\x7fELF\0\0\0', 'latin1'), 415, 'INVALID_CONTENT'],
    ['too much', Buffer.alloc(TEN_MEGABYTES + 1, 'a'), 413, 'PAYLOAD_TOO_LARGE'],
  ])('of %s is refused', async (_, body, status, code) => {
    const response = await post('up', body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ ok: false, code, retry: 'never' })
  })

  test('of a kind that is not accepted is answered with those that are', async () => {
    const { kinds } = (await (await post('up', Buffer.from('MZ\0\0', 'latin1'))).json()) as {
      kinds: string[]
    }
    expect(kinds).toContain('image/png')
    await using own = await startServer({ files: join(folder, 'own'), fileKinds: { png: 1, text: 0.001 } })
    const send = async (content: Buffer): Promise<Response> =>
      fetch(`${own.url}/files`, {
        method: 'POST',
        headers: await bearer('ann'),
        body: new Uint8Array(content),
      })
    const refused = await send(FILE_SAMPLES.jpeg)
    expect([refused.status, await refused.json()]).toMatchObject([
      415,
      { ok: false, code: 'INVALID_CONTENT', kinds: ['image/png', 'text/plain'] },
    ])
    const long = await send(Buffer.alloc(1_100, 'a'))
    expect([long.status, await long.json()]).toMatchObject([413, { code: 'PAYLOAD_TOO_LARGE', limit: 1_048 }])
    expect((await send(PNG)).status).toBe(201)
  })

  test('that is too large and declares no size is refused as well', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let sent = 0; sent <= TEN_MEGABYTES; sent += 65_536) yield new Uint8Array(65_536).fill(97)
    }
    const sending = fetch(`${server.url}/files`, {
      method: 'POST',
      headers: await bearer('up'),
      body: endless() as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit)
    const response = await sending
    expect(response.status).toBe(413)
    expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ ok: true })
  })

  test('needs a token, in the header', async () => {
    const nobody = await fetch(`${server.url}/files`, { method: 'POST', body: new Uint8Array(PNG) })
    expect([nobody.status, await nobody.json()]).toMatchObject([401, { code: 'UNAUTHENTICATED' }])
    const forged = await post('ann', PNG, { authorization: 'Bearer x.y.z' })
    expect([forged.status, await forged.json()]).toMatchObject([401, { code: 'TOKEN_INVALID' }])
    const token = await tokenOf('ann')
    const inAddress = await fetch(`${server.url}/files?token=${token}`, {
      method: 'POST',
      body: new Uint8Array(PNG),
    })
    expect(inAddress.status).toBe(401)
  })

  test('comes after another no faster than its sender may', async () => {
    const statuses = []
    for (let count = 0; count < 25; count++) statuses.push((await post('greedy', PNG)).status)
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(201))
    expect(statuses).toContain(429)
    expect((await post('patient', PNG)).status).toBe(201)
  })
})

describe('a file', () => {
  test('is sent to the members of a room that shows it', async () => {
    const { fileId } = await pictureRoom()
    for (const id of ['ann', 'bob']) {
      const response = await get(id, fileId)
      expect(response.status).toBe(200)
      expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/png',
        'content-disposition': 'inline',
        'content-length': String(PNG.length),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        'cache-control': 'private, no-cache',
        etag: `"${fileId.slice(0, 64)}"`,
      })
    }
  })

  test('is requested again with its tag, and not sent twice', async () => {
    const { fileId } = await pictureRoom()
    const etag = `"${fileId.slice(0, 64)}"`
    const again = await get('bob', fileId, { 'if-none-match': etag })
    expect([again.status, await again.text()]).toEqual([304, ''])
    const stranger = await get('eve', fileId, { 'if-none-match': etag })
    expect(stranger.status).toBe(404)
  })

  test('P9: is to others like a missing one', async () => {
    const { fileId } = await pictureRoom()
    const [hidden, missing] = [
      await get('eve', fileId),
      await get('eve', `${'0'.repeat(64)}-${'0'.repeat(16)}`),
    ]
    expect([hidden.status, missing.status]).toEqual([404, 404])
    expect(await hidden.text()).toBe(await missing.text())
    expect((await fetch(`${server.url}/files/${fileId}`)).status).toBe(401)
    for (const path of ['..%2f..%2fchat.db', '__proto__', '%00', 'x'.repeat(5_000)])
      expect((await get('eve', path)).status).toBe(404)
  })

  test('is closed to a kicked user at the same moment, and to all when its message is deleted', async () => {
    const { ann, roomId, fileId, messageId } = await pictureRoom()
    await ann.do('remove-member', { roomId, userId: 'bob' })
    expect((await get('bob', fileId)).status).toBe(404)
    await ann.do('add-member', { roomId, userId: 'bob' })
    expect((await get('bob', fileId)).status).toBe(404)
    const again = await show(ann, roomId, fileId)
    expect((await get('bob', fileId)).status).toBe(200)
    const { message } = again as { message: { id: string } }
    for (const id of [messageId, message.id]) await ann.do('delete-message', { messageId: id })
    expect((await get('bob', fileId)).status).toBe(404)
    expect((await get('ann', fileId)).status).toBe(200)
  })

  test.each([
    ['SVG', SVG, 'text/plain; charset=utf-8', 'txt'],
    ['HTML', HTML, 'text/plain; charset=utf-8', 'txt'],
    ['PDF', PDF, 'application/pdf', 'pdf'],
    ['ZIP', FILE_SAMPLES.zip, 'application/zip', 'zip'],
  ])('%s is never shown in the page', async (_, body, type, extension) => {
    const response = await get('ann', await upload('ann', body))
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('content-disposition')).toMatch(
      new RegExp(`^attachment; filename="[0-9a-f]{16}\\.${extension}"$`),
    )
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('a message that shows a file', () => {
  test('needs one: uploaded by its sender, or already shown to them', async () => {
    const { bob, eve, roomId, fileId } = await pictureRoom()
    const refused = { ok: false, code: 'INVALID_PAYLOAD', field: 'metadata.fileId' }
    expect(await show(bob, 'general', fileId)).toMatchObject({ ok: true })
    const own = await upload('eve', PDF)
    for (const [metadata, type] of [
      [undefined, 'image'],
      [{}, 'image'],
      [{ fileId: 7 }, 'image'],
      [{ fileId: '../chat.db' }, 'image'],
      [{ fileId: `${'0'.repeat(64)}-${'0'.repeat(16)}` }, 'file'],
    ] as const)
      expect(await show(eve, 'general', '', { type, metadata })).toMatchObject(refused)
    expect(await show(eve, 'general', own)).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'type' })
    expect(await show(eve, 'general', own, { type: 'file' })).toMatchObject({ ok: true })
    expect(
      await show(eve, 'general', own, { type: 'file', metadata: { fileId: own, width: -1 } }),
    ).toMatchObject({
      field: 'metadata.width',
    })
    for (const name of ['invoice\u202efdp.exe', 'a\nb.pdf', 'a\u009bb', '\u200b'])
      expect(
        await show(eve, 'general', own, { type: 'file', metadata: { fileId: own, name } }),
      ).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'metadata.name' })
    const hebrew = { fileId: own, name: 'דוח\u200f 2026.pdf' }
    expect(await show(eve, 'general', own, { type: 'file', metadata: hebrew })).toMatchObject({ ok: true })
    expect(await show(eve, roomId, own, { type: 'file' })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test('of a file hidden from its sender is refused like one of no file, and opens nothing', async () => {
    const { eve, fileId } = await pictureRoom()
    const { room } = await eve.do('create-room', { name: 'Mine', type: 'private' })
    const missing = `${'0'.repeat(64)}-${'0'.repeat(16)}`
    const [hidden, absent] = [await show(eve, room.id, fileId), await show(eve, room.id, missing)]
    expect({ ...hidden, requestId: '' }).toEqual({ ...absent, requestId: '' })
    // In a text it is a text.
    expect(await show(eve, room.id, fileId, { type: 'text' })).toMatchObject({ ok: true })
    expect((await get('eve', fileId)).status).toBe(404)
  })

  test('needs no caption', async () => {
    const { bob, ann, roomId, fileId } = await pictureRoom()
    const shown = await show(ann, roomId, fileId, { content: '' })
    expect(shown).toMatchObject({ ok: true, message: { content: '', metadata: { fileId } } })
    const { message } = shown as { message: { id: string } }
    const { messages } = await bob.do('fetch-history', { roomId })
    expect(messages).toContainEqual(expect.objectContaining({ id: message.id, content: '' }))
    expect(await show(ann, roomId, fileId, { content: ' ' })).toMatchObject({ code: 'INVALID_CONTENT' })
    expect(await show(ann, roomId, fileId, { type: 'text', content: '' })).toMatchObject({
      code: 'INVALID_CONTENT',
    })
  })

  test('in a batch is refused alone, and an ephemeral room shows it too', async () => {
    const { ann, bob } = await pictureRoom()
    const { room } = await ann.do('create-room', { name: 'Live', type: 'ephemeral', members: ['bob'] })
    const fileId = await upload('ann', PNG)
    const messages = [
      { content: 'one', clientId: 'client-batch-1' },
      { content: 'two', clientId: 'client-batch-2', type: 'image' },
      { content: 'three', clientId: 'client-batch-3', type: 'image', metadata: { fileId } },
    ]
    const { results } = await ann.do('send-messages', { roomId: room.id, messages })
    expect(results.map(({ ok }) => ok)).toEqual([true, false, true])
    expect((await get('bob', fileId)).status).toBe(200)
    expect((await get('eve', fileId)).status).toBe(404)
    await bob.do('remove-member', { roomId: room.id })
    expect((await get('bob', fileId)).status).toBe(404)
  })
})

test('a deleted room deletes the files that only it showed, for their uploader too', async () => {
  const { ann, bob, roomId, fileId } = await pictureRoom()
  const shared = await upload('ann', PDF)
  await show(ann, roomId, shared, { type: 'file' })
  await show(ann, 'general', shared, { type: 'file' })
  const root = await connect(server, {
    token: await signToken(SECRET, { id: 'root', name: 'Root', admin: true }),
    protocol: 2,
  })
  devices.push(root)
  expect(await root.ask('delete-room', { roomId })).toEqual({ ok: true })
  expect(await bob.next('room-removed')).toEqual({ roomId, reason: 'deleted' })
  expect((await get('bob', fileId)).status).toBe(404)
  await waitUntil('the picture is gone', async () => (await get('ann', fileId)).status === 404)
  expect((await get('bob', shared)).status).toBe(200)
})

test('without a folder there are no files, and an image is a message like any other', async () => {
  await using plain = await startServer({ files: false })
  const ann = await signIn(plain, 'ann')
  devices.push(ann)
  expect(await show(ann, 'general', 'https://cdn.example.com/cat.png')).toMatchObject({ ok: true })
  const response = await fetch(`${plain.url}/files`, {
    method: 'POST',
    headers: await bearer('ann'),
    body: 'x',
  })
  expect(response.status).toBe(404)
})

test('uploads have a limit per user and hour, and a total one; the metrics count them', async () => {
  const own = mkdtempSync(join(tmpdir(), 'roomful-quota-'))
  const database = `sqlite:${join(own, 'chat.db')}`
  const send = async (to: ChatServer, bytes: number) => {
    const body = new Uint8Array(bytes).fill(65)
    return fetch(`${to.url}/files`, { method: 'POST', headers: await bearer('ann'), body })
  }
  {
    await using full = await startServer({ database, limits: { uploadMbInAll: 1 } })
    expect((await send(full, 600_000)).status).toBe(201)
    const refused = await send(full, 600_001)
    expect([refused.status, await refused.json()]).toMatchObject([
      507,
      { code: 'STORAGE_FULL', limit: 1_048_576 },
    ])
    const metrics = await (await fetch(`${full.url}/metrics`)).text()
    expect(metrics).toContain('roomful_file_bytes 600000')
    expect(metrics).toContain('roomful_refusals_total{code="STORAGE_FULL"} 1')
  }
  {
    await using slow = await startServer({ database, limits: { uploadMbPerHour: 1 } })
    expect((await send(slow, TEN_MEGABYTES)).status).toBe(201)
    // The moment between may have earned a byte, and so one more upload: an excess is paid later.
    await send(slow, TEN_MEGABYTES)
    const refused = await send(slow, 10)
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'RATE_LIMITED' }])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  rmSync(own, { recursive: true })
})
