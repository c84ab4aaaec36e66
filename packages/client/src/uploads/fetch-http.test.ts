import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { fetchHttp } from './fetch-http'

const server = createServer((request, response) => {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
  })
  request.on('end', () => {
    response.statusCode = 201
    response.end(JSON.stringify({ bytes, length: request.headers['content-length'] }))
  })
})
afterEach(() => server.close())

test('a body is sent with its length, and how much of it has left is reported on the way', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const sent: number[] = []
  const answer = await fetchHttp({
    method: 'POST',
    url: `http://127.0.0.1:${port}/files`,
    headers: {},
    body: new Blob([new Uint8Array(300_000)]),
    withCredentials: false,
    signal: new AbortController().signal,
    onSent: (bytes) => sent.push(bytes),
  })
  expect([answer.status, JSON.parse(await answer.body.text())]).toEqual([
    ...[201, { bytes: 300_000, length: '300000' }],
  ])
  expect(sent.length).toBeGreaterThan(1)
  expect(sent.at(-1)).toBe(300_000)
})
