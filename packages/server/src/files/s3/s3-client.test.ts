import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { S3Client } from './s3-client'

/** Not a bucket: a proxy before it, whose routes lead nowhere. */
let proxy: Server
let body = ''
let client: S3Client
beforeAll(async () => {
  proxy = createServer((request, response) => {
    request.resume()
    response.writeHead(404).end(body)
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' }
  const endpoint = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  client = new S3Client({ bucket: 'files', endpoint, credentials })
})
afterAll(() => proxy.close())

const NOT_FOUND = '<html><body>404 Not Found</body></html>'
const NO_SUCH_KEY = '<Error><Code>NoSuchKey</Code></Error>'
const request = (method: string) => client.request(method, 'files/1/original')

test('a 404 that is not from the bucket is a failure: an upload is not taken for kept, nor a removal for done', async () => {
  body = NOT_FOUND
  for (const method of ['PUT', 'GET', 'DELETE'])
    await expect(request(method), method).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('an object that the bucket says is missing is missing, and cannot have been written', async () => {
  body = NO_SUCH_KEY
  for (const method of ['GET', 'DELETE']) expect(await request(method), method).toBeUndefined()
  await expect(request('PUT')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
})

test('the answer to HEAD has no body that could say more', async () => {
  expect(await request('HEAD')).toBeUndefined()
})
