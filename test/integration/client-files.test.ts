import { createHash } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Chat, createChat, type Room } from '@roomful/client'
import { type ChatServer, type FileStore, s3FileStore } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PNG } from '../../packages/server/src/files/file-samples'
import { startBucket, type TestBucket } from './s3-bucket'
import { startServer, tokenOf } from './server-fixture'

let folder: string
let server: ChatServer
let chats: Chat[]
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'roomful-files-'))
  chats = []
})
afterEach(async () => {
  await Promise.all(chats.map((chat) => chat.close()))
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function enter(user: string): Promise<Room> {
  const chat = createChat({ url: server.url, auth: () => tokenOf(user) })
  chats.push(chat)
  const room = chat.room('general')
  await room.open()
  return room
}

const hashOf = async (file: Blob): Promise<string> =>
  createHash('sha256')
    .update(Buffer.from(await file.arrayBuffer()))
    .digest('hex')

/** `ann` sends it, and `bob` loads it again. */
async function sendAndLoad(file: Blob): Promise<{ message: unknown; same: boolean }> {
  const [ann, bob] = [await enter('ann'), await enter('bob')]
  const sent = ann.sendFile(file, { content: 'look', name: 'film.mp4' })
  const { id } = await sent
  await waitUntil('the message', () => bob.messages().some((message) => message.id === id))
  const loaded = await bob.loadFile(id)
  const message = bob.messages().find((one) => one.id === id)
  return { message, same: (await hashOf(loaded)) === (await hashOf(file)) }
}

describe('a file that a Node client sends', () => {
  test('goes into the folder of the server, from a file on disk', async () => {
    server = await startServer({ files: folder })
    const path = join(folder, 'cat.txt')
    await writeFile(path, 'meow '.repeat(400_000))
    const { message, same } = await sendAndLoad(await openAsBlob(path))
    expect(same).toBe(true)
    expect(message).toMatchObject({
      ...{ type: 'file', content: 'look' },
      metadata: { name: 'film.mp4', kind: 'text/plain', size: 2_000_000 },
    })
  })

  test('that is a picture says how large it is shown', async () => {
    server = await startServer({ files: folder })
    const { message, same } = await sendAndLoad(new Blob([new Uint8Array(PNG)], { type: 'image/png' }))
    expect(same).toBe(true)
    expect(message).toMatchObject({
      type: 'image',
      metadata: { kind: 'image/png', width: expect.any(Number), height: expect.any(Number) },
    })
  })

  test('that is too large is refused before it is sent, with the limit', async () => {
    server = await startServer({ files: folder, fileKinds: { png: 0.01 } })
    const ann = await enter('ann')
    const file = new Blob([new Uint8Array(20_000)], { type: 'image/png' })
    await expect(ann.sendFile(file)).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      limit: expect.any(Number),
    })
  })

  test('of a kind that is not taken is refused', async () => {
    server = await startServer({ files: folder, fileKinds: { png: 1 } })
    const ann = await enter('ann')
    await expect(ann.sendFile(new Blob(['text']))).rejects.toMatchObject({ code: 'INVALID_CONTENT' })
  })

  test('to a server that takes none is refused', async () => {
    server = await startServer()
    const ann = await enter('ann')
    await expect(ann.sendFile(new Blob(['text']))).rejects.toMatchObject({ code: 'REFUSED' })
  })
})

describe('a file that a Node client sends to a server with a bucket', () => {
  let bucket: TestBucket
  let files: FileStore
  beforeEach(async () => {
    bucket = await startBucket()
    files = s3FileStore({ ...bucket.location, prefix: 'client' })
  })
  afterEach(() => bucket[Symbol.asyncDispose]())

  test('goes straight into the bucket', async () => {
    server = await startServer({ files })
    const { message, same } = await sendAndLoad(new Blob(['meow '.repeat(400_000)]))
    expect(same).toBe(true)
    expect(message).toMatchObject({ type: 'file', metadata: { kind: 'text/plain', size: 2_000_000 } })
  })
})
