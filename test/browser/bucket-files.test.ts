import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ChatServer, s3FileStore } from '@roomful/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PNG } from '../../packages/server/src/files/file-samples'
import { startBucket, type TestBucket } from '../integration/s3-bucket'
import { startServer, tokenOf } from '../integration/server-fixture'
import type { TestBrowser, TestContext } from './engine/port'
import { launchBrowser } from './engines'

// The page, the chat server and the bucket are three sites here, as with an app and Amazon's.

type Wanted = { readonly url: string; readonly token: string; readonly picture: string }

let browser: TestBrowser
let context: TestContext
let bucket: TestBucket
let app: Server
let server: ChatServer
beforeAll(async () => {
  browser = await launchBrowser()
  context = await browser.newContext()
  bucket = await startBucket()
  app = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>app</title><p>The app</p>')
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  server = await startServer({ files: s3FileStore(bucket.location), origins: '*' })
})
afterAll(async () => {
  await context.close()
  await browser.close()
  await server.close()
  app.close()
  await bucket[Symbol.asyncDispose]()
})

/** Runs in the page: uploads the picture into the bucket, reads it back by way of the server, and shows it. */
async function uploadAndShow({ url, token, picture }: Wanted) {
  const bytes = Uint8Array.from(atob(picture), (char) => char.charCodeAt(0))
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const sha256 = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const ask = async (path: string, body?: object) => {
    const init = { method: 'POST', headers, ...(body ? { body: JSON.stringify(body) } : {}) }
    return (await fetch(url + path, init)).json()
  }
  const { upload } = await ask('/files/uploads', { size: bytes.length, sha256, kind: 'image/png' })
  const file = new Blob([bytes], { type: 'image/png' })
  const sent = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: file })
  const finished = await ask(`/files/uploads/${upload.id}`)
  const { authorization } = headers
  const answer = await fetch(`${url}/files/${finished.file.id}`, { headers: { authorization } })
  const image = new Image()
  image.src = URL.createObjectURL(await answer.blob())
  await image.decode()
  return { sent: sent.status, kind: finished.file.kind, from: new URL(answer.url).origin, width: image.width }
}

test('a page uploads a picture into the bucket, and shows it from there', async () => {
  const page = await context.newPage()
  await page.goto(`http://127.0.0.1:${(app.address() as AddressInfo).port}/`)
  const picture = PNG.toString('base64')
  const wanted = { url: server.url, token: await tokenOf('ann'), picture }
  expect(await page.evaluate(uploadAndShow, wanted)).toEqual({
    ...{ sent: 200, kind: 'image/png', from: bucket.location.endpoint, width: 1 },
  })
  const passed = bucket.gate.passed.map((request) => request.replace(/ .*\/(incoming|files)\/.*/, ' $1'))
  expect(passed).toContain('OPTIONS incoming')
  expect(passed).toContain('PUT incoming')
  expect(await page.errors()).toEqual([])
})
