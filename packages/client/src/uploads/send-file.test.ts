// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './file-work'
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeFileServer } from '../test-support/fake-file-server'
import { PNG_1X1, picture } from '../test-support/picture'
import { expectConverged, type TestClient, World } from '../test-support/testing-world'

let world: World
let server: FakeFileServer
let ada: TestClient
let bob: TestClient

beforeEach(async () => {
  world = new World()
  server = new FakeFileServer()
  ada = await world.live('ada', { ports: { http: server.http } })
  bob = await world.live('bob')
})

const last = ({ room }: TestClient) => room.messages().at(-1)
const uploadOf = (client: TestClient) => last(client)?.upload

describe('a file that is sent', () => {
  test('is shown at once, uploaded with its progress, and then is a message that shows it', async () => {
    const sent = ada.room.sendFile(picture(), { content: 'my cat' })
    expect(last(ada)).toMatchObject({
      ...{ key: sent.clientId, type: 'image', content: 'my cat', status: 'queued' },
      metadata: { fileId: sent.clientId, name: 'cat.png', size: PNG_1X1.length, kind: 'image/png' },
      upload: { totalBytes: PNG_1X1.length },
    })
    await world.settle()
    expect(last(ada)).toMatchObject({ metadata: { width: 1, height: 1 } })
    server.takesFiles()
    await world.settle()
    const { body, headers, method, onSent } = server.request('/files')
    expect([method, headers.authorization]).toEqual(['POST', "Bearer ada's token"])
    expect(body).toBeInstanceOf(Blob)
    world.clock.pass(250)
    onSent?.(40)
    expect(uploadOf(ada)).toEqual({ state: 'uploading', sentBytes: 40, totalBytes: PNG_1X1.length })
    const fileId = server.take()
    await world.settle()
    expect(await sent).toMatchObject({ status: 'sent', content: 'my cat', metadata: { fileId, width: 1 } })
    expect(last(ada)).not.toHaveProperty('upload')
    expect(last(bob)).toMatchObject({ type: 'image', metadata: { fileId, name: 'cat.png' } })
    expectConverged(world, ada)
  })

  test('moves no other row, and notifies at most four times a second', async () => {
    ada.room.send('before')
    await world.settle()
    ada.room.sendFile(picture())
    await world.settle()
    server.takesFiles()
    await world.settle()
    const [before] = ada.room.messages()
    let calls = 0
    ada.room.subscribe(() => calls++)
    for (let ms = 0; ms < 1_000; ms += 10) {
      world.clock.pass(10)
      server.request('/files').onSent?.(ms / 10)
    }
    expect(calls).toBe(4)
    expect(ada.room.messages()[0]).toBe(before)
  })

  test('shows how far it came, also when nothing moves after that', async () => {
    ada.room.sendFile(picture())
    await world.settle()
    server.takesFiles()
    await world.settle()
    server.request('/files').onSent?.(30)
    await world.pass(250)
    expect(uploadOf(ada)).toMatchObject({ sentBytes: 30 })
  })

  test('lets messages pass that were written after it', async () => {
    ada.room.sendFile(picture(), { content: 'film' })
    ada.room.send('text')
    await world.settle()
    expect(bob.contents()).toEqual(['text'])
    expect(ada.contents()).toEqual(['text', 'film'])
    server.takesFiles()
    await world.settle()
    server.take()
    await world.settle()
    expect(bob.contents()).toEqual(['text', 'film'])
  })

  test('is what a reply to it waits for', async () => {
    const sent = ada.room.sendFile(picture(), { content: 'film' })
    ada.room.send({ content: 'look at it', replyTo: sent.clientId })
    ada.room.send('text')
    await world.settle()
    expect(bob.contents()).toEqual(['text'])
    server.takesFiles()
    await world.settle()
    server.take()
    await world.settle()
    expect(bob.contents()).toEqual(['text', 'film', 'look at it'])
    expect(last(bob)?.replyTo).toBe(bob.room.messages()[1]?.id)
  })

  test('goes out with the caption that it was given meanwhile', async () => {
    const sent = ada.room.sendFile(picture(), { content: 'cta' })
    await world.settle()
    void ada.room.edit(sent.clientId, 'cat')
    server.takesFiles()
    await world.settle()
    server.take()
    await world.settle()
    expect(bob.contents()).toEqual(['cat'])
    expect(last(bob)?.editedAt).toBeNull()
  })

  test('needs no caption', async () => {
    ada.room.sendFile(picture())
    await world.settle()
    server.takesFiles()
    await world.settle()
    server.take()
    await world.settle()
    expect(last(bob)).toMatchObject({ content: '', type: 'image' })
  })

  test('is a file where the server finds no picture', async () => {
    ada.room.sendFile(new File(['text'], 'cat.png', { type: 'image/png' }))
    await world.settle()
    server.takesFiles()
    await world.settle()
    server.take('text/plain')
    await world.settle()
    expect(last(bob)).toMatchObject({ type: 'file', metadata: { kind: 'text/plain', name: 'cat.png' } })
  })

  test('shares the network with two others, and the rest wait', async () => {
    for (let i = 0; i < 5; i++) ada.room.sendFile(picture(`${i}.png`))
    await world.settle()
    expect(ada.room.messages().map(({ upload }) => upload?.state)).toEqual([
      ...['uploading', 'uploading', 'uploading', 'waiting', 'waiting'],
    ])
    expect(server.open).toHaveLength(3)
    for (const request of [...server.open]) request.answer(200, { ok: true, upload: null })
    await world.settle()
    for (let i = 0; i < 5; i++) {
      server.take()
      await world.settle()
    }
    expect(bob.room.messages().map(({ metadata }) => metadata?.name)).toHaveLength(5)
    expect(new Set(bob.room.messages().map(({ metadata }) => metadata?.fileId)).size).toBe(5)
  })
})

describe('an upload', () => {
  const started = async () => {
    const sent = ada.room.sendFile(picture(), { content: 'cat' })
    await world.settle()
    server.takesFiles()
    await world.settle()
    // In an object: a promise would be waited for.
    return { sent }
  }

  test('that is cut off is tried again by itself, and is one message', async () => {
    const { sent } = await started()
    const { headers } = server.request('/files')
    expect(headers['idempotency-key']).toBe(sent.clientId)
    server.request('/files').fail()
    await world.settle()
    expect(uploadOf(ada)).toMatchObject({ state: 'waiting', error: { code: 'OFFLINE' } })
    await world.pass(1_000)
    expect(server.request('/files').headers).toEqual(headers)
    server.take()
    await world.settle()
    expect((await sent).status).toBe('sent')
    expect(bob.contents()).toEqual(['cat'])
  })

  test('whose server is full, or wants it slower, waits as long as that says', async () => {
    await started()
    server.request('/files').answer(429, {
      ...{ ok: false, code: 'RATE_LIMITED', error: 'slower', retry: 'after', retryAfterMs: 60_000 },
    })
    await world.settle()
    expect(uploadOf(ada)).toMatchObject({ state: 'waiting', error: { code: 'RATE_LIMITED' } })
    await world.pass(59_000)
    expect(server.open).toHaveLength(0)
    await world.pass(1_000)
    expect(server.open).toHaveLength(1)
  })

  test.each([
    ['too large', 'PAYLOAD_TOO_LARGE', { limit: 10 }],
    ['of a kind that is not taken', 'INVALID_CONTENT', { kinds: ['image/png'] }],
    ['with a virus', 'REFUSED', { reason: 'This file has a virus' }],
  ])('that is %s fails visibly, and can be tried again', async (_, code, details) => {
    const { sent } = await started()
    server.refuse(code, details)
    await world.settle()
    const { kinds: _kinds, ...shown } = { kinds: [], ...details }
    expect(last(ada)).toMatchObject({
      status: 'failed',
      error: { code, ...shown },
      upload: { state: 'failed' },
    })
    await expect(sent).rejects.toMatchObject({ code })
    ada.room.retry(sent.clientId)
    await world.settle()
    expect(uploadOf(ada)).toMatchObject({ state: 'uploading' })
    server.take()
    await world.settle()
    expect(bob.contents()).toEqual(['cat'])
  })

  test('that a proxy refuses as too large, in its own words, fails as too large', async () => {
    await started()
    server.request('/files').answer(413, '<html>nginx</html>')
    await world.settle()
    expect(last(ada)).toMatchObject({ status: 'failed', error: { code: 'PAYLOAD_TOO_LARGE' } })
  })

  test('ends with its message when that is cancelled', async () => {
    const { sent } = await started()
    const { signal } = server.request('/files')
    expect(ada.room.cancel(sent.clientId)).toBe(true)
    await expect(sent).rejects.toMatchObject({ code: 'ABORTED' })
    expect(signal.aborted).toBe(true)
    await world.rest()
    expect([ada.contents(), bob.contents(), server.open.length]).toEqual([[], [], 0])
  })

  test('ends with the abort of its signal', async () => {
    const giveUp = new AbortController()
    ada.room.sendFile(picture(), { signal: giveUp.signal })
    await world.settle()
    giveUp.abort()
    await world.rest()
    expect([ada.contents(), server.open.length]).toEqual([[], 0])
  })

  test.each([
    ['closed', (client: TestClient) => client.chat.close()],
    ['signed out', (client: TestClient) => client.chat.signOut()],
  ])('ends when the chat is %s', async (_, end) => {
    await started()
    const { signal } = server.request('/files')
    void end(ada)
    await world.tick()
    expect(signal.aborted).toBe(true)
    await world.rest()
    expect([server.open.length, bob.contents()]).toEqual([0, []])
  })

  test('asks for a fresh token once when its own is refused', async () => {
    let tokens = 0
    const cleo = await world.live('ada', { auth: () => `token ${++tokens}`, ports: { http: server.http } })
    cleo.room.sendFile(picture())
    await world.settle()
    server.takesFiles()
    await world.settle()
    expect(server.request('/files').headers.authorization).toBe('Bearer token 1')
    const expired = { ok: false, code: 'TOKEN_EXPIRED', error: 'expired', retry: 'auth' }
    server.request('/files').answer(401, expired)
    await world.settle()
    expect(server.request('/files').headers.authorization).toBe('Bearer token 2')
    server.request('/files').answer(401, expired)
    await world.settle()
    expect(uploadOf(cleo)).toMatchObject({ state: 'waiting', error: { code: 'UNAUTHENTICATED' } })
  })

  test('that nothing moves is given up, and tried again', async () => {
    await started()
    await world.pass(99_000)
    server.request('/files').onSent?.(10)
    await world.pass(99_000)
    expect(uploadOf(ada)).toMatchObject({ state: 'uploading' })
    await world.pass(1_000)
    expect(uploadOf(ada)).toMatchObject({ state: 'waiting', error: { code: 'TIMEOUT' } })
  })
})

describe('into a bucket', () => {
  const begun = (url: string) => ({
    ok: true,
    upload: { id: 'u-1', method: 'PUT', url, headers: { 'x-a': 'b' } },
  })
  const wantsHash = { ok: false, code: 'INVALID_PAYLOAD', error: 'hash', retry: 'never', field: 'sha256' }

  test('the bytes go past the server, with none of the secrets', async () => {
    const sent = ada.room.sendFile(picture())
    await world.settle()
    server.request('/files/uploads').answer(400, wantsHash)
    await world.settle()
    expect(JSON.parse(String(server.request('/files/uploads').body))).toEqual({
      ...{ size: PNG_1X1.length, kind: 'image/png' },
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    server.request('/files/uploads').answer(201, begun('https://bucket.example/key'))
    await world.settle()
    const put = server.request('bucket.example/key')
    expect([put.method, put.headers, put.withCredentials]).toEqual(['PUT', { 'x-a': 'b' }, false])
    put.answer(200, '')
    await world.settle()
    server.request('/files/uploads/u-1').answer(201, {
      ...{ ok: true, file: { id: 'f-1', kind: 'image/png', size: 70 } },
    })
    await world.settle()
    expect((await sent).metadata).toMatchObject({ fileId: 'f-1' })
  })

  test('an address that has expired is asked for again', async () => {
    ada.room.sendFile(picture())
    await world.settle()
    server.request('/files/uploads').answer(400, wantsHash)
    await world.settle()
    server.request('/files/uploads').answer(201, begun('https://bucket.example/key'))
    await world.settle()
    server.request('bucket.example/key').answer(403, 'expired')
    await world.settle()
    expect(uploadOf(ada)).toMatchObject({ state: 'waiting', error: { code: 'UNAVAILABLE' } })
    await world.pass(1_000)
    expect(server.open.map(({ path }) => path)).toEqual(['/files/uploads'])
  })
})

describe('a file that is refused here for what goes with it', () => {
  test.each([
    ['a blank caption', { content: ' ' }, 'INVALID_CONTENT'],
    ['a caption that is too long', { content: 'a'.repeat(8_001) }, 'CONTENT_TOO_LONG'],
    ['a time limit that is none', { timeoutMs: 'soon' as unknown as number }, 'INVALID_PAYLOAD'],
  ])('can be sent after %s', async (_, options, code) => {
    const file = picture()
    const { clientId } = ada.room.sendFile(file, options)
    expect(last(ada)).toMatchObject({ status: 'failed', error: { code }, upload: { state: 'failed' } })
    expect(await ada.room.loadFile(clientId)).toBe(file)
    void ada.room.edit(clientId, '')
    ada.room.retry(clientId)
    await world.settle()
    server.takesFiles()
    await world.settle()
    server.take()
    await world.settle()
    expect(last(bob)).toMatchObject({ content: '', type: 'image', metadata: { name: 'cat.png' } })
    expectConverged(world, ada)
  })

  test('is held no longer than its message', async () => {
    const { clientId } = ada.room.sendFile(picture(), { content: ' ' })
    expect(ada.room.cancel(clientId)).toBe(true)
    await expect(ada.room.loadFile(clientId)).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
    await world.rest()
    expect([ada.contents(), server.log]).toEqual([[], []])
  })
})

describe('what is no file', () => {
  test.each([
    ['no Blob', { name: 'x' } as unknown as Blob, 'INVALID_PAYLOAD'],
    ['nothing in it', new File([], 'empty.txt'), 'INVALID_CONTENT'],
  ])('%s fails at once, and asks the server nothing', async (_, file, code) => {
    const sent = ada.room.sendFile(file, { content: 'caption' })
    expect(last(ada)).toMatchObject({ status: 'failed', content: 'caption', error: { code, field: 'file' } })
    await expect(sent).rejects.toMatchObject({ code })
    await world.settle()
    expect(server.log).toEqual([])
  })

  test('a name that would mislead is shown without what misleads', async () => {
    ada.room.sendFile(new File(['x'], 'a\u202egnp.exe\n', { type: 'text/plain' }))
    expect(last(ada)?.metadata).toMatchObject({ name: 'agnp.exe' })
  })
})
