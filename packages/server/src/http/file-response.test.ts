import { asUserId } from '@roomful/protocol'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import type { FileStore, StoredFile } from '../files/file-store'
import { fileResponse, thumbnailResponse } from './file-response'

const file: StoredFile = {
  ...{ id: 'file-1', size: 5, kind: 'application/pdf', sha256: 'abc' },
  ...{ ownerId: asUserId('ann'), createdAt: 0 },
}

test('a request for the headers of a file opens nothing, whatever the disk would say', async () => {
  let opened = 0
  const files = {
    content: async () => {
      opened++
      throw new Error('EMFILE')
    },
  } as unknown as FileStore
  const app = new Hono().get('/', async (c) => (await fileResponse(c, files, file)) ?? c.notFound())
  const answer = await app.request('/', { method: 'HEAD' })
  expect([answer.status, answer.headers.get('content-length'), opened]).toEqual([200, '5', 0])
})

test('nor does one for a picture hold it open', async () => {
  let cancelled = 0
  const content = new ReadableStream<Uint8Array>({ cancel: () => void cancelled++ })
  const app = new Hono().get('/', (c) => thumbnailResponse(c, content, { file, size: 480 }))
  const answer = await app.request('/', { method: 'HEAD' })
  expect([answer.status, answer.headers.get('content-type'), cancelled]).toEqual([200, 'image/webp', 1])
})
