import { createHash } from 'node:crypto'
import { type ChatServer, type FileStore, s3FileStore } from '@roomful/server'
import { startServerProcess } from '@roomful/testing/node'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { FILE_SAMPLES, PNG } from '../../packages/server/src/files/file-samples'
import { ROOMFUL, temporaryFolder } from './roomful-command'
import { KEYS, startBucket, type TestBucket } from './s3-bucket'
import { type Device, SECRET, signIn, startServer, tokenOf } from './server-fixture'

type Begun = { readonly id: string; readonly url: string; readonly headers: Record<string, string> }
type Answer = Record<string, unknown> & { readonly status: number }

let bucket: TestBucket
let files: FileStore
let server: ChatServer
const devices: Device[] = []
let prefixes = 0
beforeAll(async () => {
  bucket = await startBucket()
})
afterAll(() => bucket[Symbol.asyncDispose]())
const fresh = (options = {}): Promise<ChatServer> =>
  startServer({ files, limits: { sendsPerSecond: 0, eventsPerSecond: 0 }, ...options })
beforeEach(async () => {
  files = s3FileStore({ ...bucket.location, prefix: `direct/${++prefixes}` })
  server = await fresh()
})
afterEach(async () => {
  for (const device of devices.splice(0)) device.close()
  await server.close()
})

const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex')
async function post(
  path: string,
  user = 'ann',
  body?: object,
  to = server as Pick<ChatServer, 'url'>,
): Promise<Answer> {
  const headers = { authorization: `Bearer ${await tokenOf(user)}`, 'content-type': 'application/json' }
  const answer = await fetch(to.url + path, {
    ...{ method: 'POST', headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: answer.status, ...((await answer.json()) as object) }
}
async function begin(
  content: Uint8Array,
  user = 'ann',
  to = server as Pick<ChatServer, 'url'>,
): Promise<Begun> {
  const announced = { size: content.byteLength, sha256: sha256Of(content) }
  const answer = await post('/files/uploads', user, announced, to)
  expect(answer).toMatchObject({ status: 201, ok: true, upload: { method: 'PUT' } })
  return answer.upload as Begun
}
const put = ({ url, headers }: Begun, content: Uint8Array): Promise<Response> =>
  fetch(url, { method: 'PUT', headers, body: new Uint8Array(content) })
const finish = (id: string, user = 'ann', to = server as Pick<ChatServer, 'url'>): Promise<Answer> =>
  post(`/files/uploads/${id}`, user, undefined, to)
async function upload(content: Uint8Array, user = 'ann'): Promise<Answer> {
  const begun = await begin(content, user)
  expect((await put(begun, content)).status).toBe(200)
  return finish(begun.id, user)
}
async function enter(id: string): Promise<Device> {
  const device = await signIn(server, id)
  devices.push(device)
  return device
}
const show = (device: Device, roomId: string, fileId: string) =>
  device.ask('send-message', { roomId, content: 'a cat', type: 'image', metadata: { fileId } })
const get = async (fileId: string, user: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${server.url}/files/${fileId}`, {
    headers: { authorization: `Bearer ${await tokenOf(user)}` },
    ...init,
  })
const kept = async (): Promise<string[]> => {
  const ids: string[] = []
  for await (const id of files.olderThan(Date.now() + 3_600_000)) ids.push(id)
  return ids
}

describe('an upload past the server', () => {
  test('goes into the bucket, and is shown to the members of a room by way of it', async () => {
    const [ann] = [await enter('ann'), await enter('bob')]
    const { room } = await ann.do('create-room', { name: 'Ours', type: 'private', members: ['bob'] })
    const { file } = await upload(PNG)
    expect(file).toEqual({
      id: expect.stringMatching(new RegExp(`^${sha256Of(PNG)}-[0-9a-f]{16}$`)),
      ...{ kind: 'image/png', size: PNG.length },
    })
    const { id } = file as { id: string }
    expect(await show(ann, room.id, id)).toMatchObject({ ok: true })
    const direction = await get(id, 'bob', { redirect: 'manual' })
    expect(direction.status).toBe(302)
    expect(direction.headers.get('location')).toMatch(`${bucket.location.endpoint}/`)
    expect(direction.headers.get('cache-control')).toBe('private, no-cache')
    const answer = await get(id, 'bob')
    expect(answer.url).toMatch(`${bucket.location.endpoint}/`)
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(PNG)
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('content-disposition')).toBe('inline')
    expect((await get(id, 'eve')).status).toBe(404)
    expect((await get(id, 'bob', { method: 'HEAD' })).headers.get('content-length')).toBe(`${PNG.length}`)
  })

  test('is served as a file to save, whatever the client said it was', async () => {
    const page = Buffer.from('<!doctype html><script>alert(1)</script>')
    const begun = await begin(page)
    const body = new Uint8Array(page)
    await fetch(begun.url, { method: 'PUT', headers: { 'content-type': 'text/html' }, body })
    const { file } = await finish(begun.id)
    const answer = await get((file as { id: string }).id, 'ann')
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[0-9a-f]{16}\.txt"$/)
  })

  test('is no file before it is finished', async () => {
    const ann = await enter('ann')
    const begun = await begin(PNG)
    await put(begun, PNG)
    const fileId = begun.id.slice(begun.id.indexOf('-') + 1)
    expect(await show(ann, 'general', fileId)).toMatchObject({ code: 'INVALID_PAYLOAD' })
    expect((await get(fileId, 'ann')).status).toBe(404)
    expect(await kept()).toEqual([])
    expect(await finish(begun.id)).toMatchObject({ status: 201, file: { id: fileId } })
    expect(await kept()).toEqual([fileId])
  })

  test('of another length than announced is refused by the bucket', async () => {
    const begun = await begin(PNG)
    expect((await put(begun, Buffer.concat([PNG, PNG]))).status).toBe(403)
    expect(await finish(begun.id)).toMatchObject({ status: 404 })
    expect(await kept()).toEqual([])
  })

  test('of other content than announced is refused, and leaves nothing', async () => {
    const begun = await begin(PNG)
    await put(begun, Buffer.alloc(PNG.length, 'x'))
    expect(await finish(begun.id)).toMatchObject({ status: 415, code: 'INVALID_CONTENT', field: 'sha256' })
    expect(await finish(begun.id)).toMatchObject({ status: 404 })
    expect(await files.measure()).toBe(0)
  })

  test('of a kind that is not accepted is refused, with those that are, and leaves nothing', async () => {
    const program = Buffer.from('\x7fELF\x02\x01\x01\0\0\0\0\0', 'latin1')
    const refused = await upload(program)
    expect(refused).toMatchObject({ status: 415, code: 'INVALID_CONTENT' })
    expect(refused.kinds).toContain('image/png')
    expect(await files.measure()).toBe(0)
    const announced = { size: 10, sha256: sha256Of(program), kind: 'application/x-elf' }
    expect(await post('/files/uploads', 'ann', announced)).toMatchObject({
      status: 415,
      kinds: refused.kinds,
    })
  })

  test.each([
    ['no size', { sha256: '0'.repeat(64) }, 400, { code: 'INVALID_PAYLOAD', field: 'size' }],
    ['no hash', { size: 1 }, 400, { code: 'INVALID_PAYLOAD', field: 'sha256' }],
    ['nothing in it', { size: 0, sha256: '0'.repeat(64) }, 400, { field: 'size' }],
    ['too much', { size: 10_485_761, sha256: '0'.repeat(64) }, 413, { code: 'PAYLOAD_TOO_LARGE' }],
  ])('with %s is refused before it is sent', async (_, announced, status, answer) => {
    expect(await post('/files/uploads', 'ann', announced)).toMatchObject({ status, ...answer })
  })

  test('that is refused is counted in the metrics, by code', async () => {
    expect(await post('/files/uploads', 'ann', { size: 0 })).toMatchObject({ code: 'INVALID_PAYLOAD' })
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    expect(metrics).toContain('roomful_refusals_total{code="INVALID_PAYLOAD"} 1')
  })

  test('belongs to the user who began it', async () => {
    const begun = await begin(PNG)
    await put(begun, PNG)
    expect(await finish(begun.id, 'eve')).toMatchObject({ status: 404 })
    expect(await finish('x'.repeat(200))).toMatchObject({ status: 404 })
    expect(await finish(begun.id)).toMatchObject({ status: 201 })
    expect(await finish(begun.id, 'eve')).toMatchObject({ status: 404 })
    const nobody = await fetch(`${server.url}/files/uploads/${begun.id}`, { method: 'POST' })
    expect(nobody.status).toBe(401)
  })

  test('is finished once, however often it is asked for, and cannot be changed afterwards', async () => {
    const begun = await begin(PNG)
    await put(begun, PNG)
    const [answer, ...others] = await Promise.all([finish(begun.id), finish(begun.id), finish(begun.id)])
    expect(others).toEqual([answer, answer])
    expect(answer).toMatchObject({ status: 201 })
    await put(begun, Buffer.alloc(PNG.length, 'x'))
    expect(await finish(begun.id)).toEqual(answer)
    const { id } = answer.file as { id: string }
    expect(Buffer.from(await (await get(id, 'ann')).arrayBuffer())).toEqual(PNG)
    expect(await kept()).toEqual([id])
  })

  test('is finished by another server, as after a restart', async () => {
    const begun = await begin(PNG)
    await put(begun, PNG)
    await server.close()
    server = await fresh()
    expect(await finish(begun.id)).toMatchObject({ status: 201, file: { kind: 'image/png' } })
  })

  test('waits for a bucket that is down for a while', async () => {
    const begun = await begin(PNG)
    await put(begun, PNG)
    bucket.gate.isOpen = false
    expect(await finish(begun.id)).toMatchObject({ status: 503, code: 'UNAVAILABLE' })
    bucket.gate.isOpen = true
    expect(await finish(begun.id)).toMatchObject({ status: 201 })
  })

  test('counts from its beginning in what all files may have', async () => {
    await using full = await fresh({ limits: { uploadMbInAll: 1 } })
    const large = Buffer.alloc(600_000, 'a')
    const begun = await begin(large, 'ann', full)
    const announced = { size: 600_000, sha256: sha256Of(large) }
    expect(await post('/files/uploads', 'bob', announced, full)).toMatchObject({ status: 507 })
    await put(begun, large)
    expect(await finish(begun.id, 'ann', full)).toMatchObject({ status: 201 })
    expect(await post('/files/uploads', 'bob', announced, full)).toMatchObject({ status: 507 })
  })

  test('of a picture loses its metadata, and has thumbnails', async () => {
    await server.close()
    server = await fresh({ stripImageMetadata: true, thumbnails: true })
    const photo = await sharp({ create: { width: 300, height: 200, channels: 3, background: '#3c3' } })
      .withExif({ IFD0: { Artist: 'Ann' } })
      .jpeg()
      .toBuffer()
    const finished = await upload(photo)
    expect(finished).toMatchObject({ status: 201, file: { kind: 'image/jpeg' } })
    const { id } = finished.file as { id: string }
    const kept = await sharp(await (await get(id, 'ann')).arrayBuffer()).metadata()
    expect([kept.width, kept.exif]).toEqual([300, undefined])
    const small = await sharp(await (await get(`${id}?size=160`, 'ann')).arrayBuffer()).metadata()
    expect([small.width, small.format]).toEqual([160, 'webp'])
    expect(await finish(`${photo.length}-${id}`)).toEqual(finished)
  })

  test('by way of the server goes into the bucket too', async () => {
    const headers = { authorization: `Bearer ${await tokenOf('ann')}` }
    const body = new Uint8Array(FILE_SAMPLES.pdf)
    const answer = await fetch(`${server.url}/files`, { method: 'POST', headers, body })
    const { file } = (await answer.json()) as { file: { id: string } }
    expect(await kept()).toEqual([file.id])
    expect(Buffer.from(await (await get(file.id, 'ann')).arrayBuffer())).toEqual(FILE_SAMPLES.pdf)
  })
})

test('a server whose files are in a folder says that the bytes go to itself', async () => {
  using folder = temporaryFolder()
  await using plain = await startServer({ files: folder.path })
  const announced = { size: 1, sha256: '0'.repeat(64) }
  expect(await post('/files/uploads', 'ann', announced, plain)).toEqual({
    status: 200,
    ok: true,
    upload: null,
  })
})

test('a server that is killed between an upload and its end loses nothing, and keeps no keys in its log', async () => {
  using folder = temporaryFolder()
  const start = () =>
    startServerProcess({
      command: ROOMFUL,
      args: ['--port', '0', '--database', `sqlite:${folder.path}/chat.db`],
      env: {
        ROOMFUL_FILES: `s3://${bucket.location.bucket}/killed?endpoint=${bucket.location.endpoint}`,
        ROOMFUL_JWT_SECRET: SECRET,
        AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      },
    })
  const first = await start()
  const [sent, lost] = [await begin(PNG, 'ann', first), await begin(FILE_SAMPLES.pdf, 'ann', first)]
  await put(sent, PNG)
  await first.kill()
  await using second = await start()
  expect(await finish(sent.id, 'ann', second)).toMatchObject({ status: 201, file: { kind: 'image/png' } })
  // It was never sent, but still can be.
  expect(await finish(lost.id, 'ann', second)).toMatchObject({ status: 404 })
  await put(lost, FILE_SAMPLES.pdf)
  expect(await finish(lost.id, 'ann', second)).toMatchObject({
    status: 201,
    file: { kind: 'application/pdf' },
  })
  const { stdout, stderr } = second.output()
  expect(stdout + stderr).not.toMatch(/S3RVER|Signature/)
})
