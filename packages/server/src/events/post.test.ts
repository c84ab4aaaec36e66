import { createServer, type Server, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { post } from './post'

describe('one attempt', () => {
  let server: Server
  let url = ''
  let paths: string[] = []
  let answer: (response: ServerResponse) => void = (response) => response.end()
  beforeAll(async () => {
    server = createServer((request, response) => {
      paths.push(`${request.method} ${request.url}`)
      request.resume().on('end', () => answer(response))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/events`
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const call = (signal = new AbortController().signal, to = url) => {
    paths = []
    return post({ url: to, headers: { 'content-type': 'application/json' }, body: '{}', signal })
  }
  const answered = (status: number, headers: Record<string, string> = {}, body = '') => {
    answer = (response) => response.writeHead(status, headers).end(body)
    return call()
  }

  test.each([200, 201, 202, 204])('%s takes it', async (status) => {
    expect(await answered(status)).toEqual({ kind: 'delivered' })
    expect(paths).toEqual(['POST /events'])
  })

  test.each([400, 401, 404, 429, 500, 503])('%s does not', async (status) => {
    expect(await answered(status, {}, 'a text of the receiver')).toEqual({
      kind: 'failed',
      reason: `status ${status}`,
    })
  })

  test('410 wants no more', async () => {
    expect(await answered(410)).toEqual({ kind: 'gone' })
  })

  test('a redirect is not followed', async () => {
    expect(await answered(307, { location: '/elsewhere' })).toEqual({ kind: 'failed', reason: 'status 307' })
    expect(paths).toEqual(['POST /events'])
  })

  test('the time that it asks for, in seconds', async () => {
    expect(await answered(503, { 'retry-after': '120' })).toMatchObject({ retryAfterMs: 120_000 })
    expect(await answered(503, { 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' })).toEqual({
      kind: 'failed',
      reason: 'status 503',
    })
  })

  test('an answer without an end is not read to its end', async () => {
    let isClosed = (): void => {}
    const closed = new Promise<void>((resolve) => {
      isClosed = resolve
    })
    answer = (response) => {
      response.on('close', isClosed).writeHead(200).write('x'.repeat(100_000))
    }
    expect(await call()).toEqual({ kind: 'delivered' })
    await closed
  })

  test('one that hangs is given up when the signal says so', async () => {
    const tooLong = new AbortController()
    answer = () => tooLong.abort()
    expect(await call(tooLong.signal)).toEqual({ kind: 'failed', reason: 'no answer in time' })
  })

  test('none that answers, and one that hangs up', async () => {
    answer = (response) => response.destroy()
    expect(await call()).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^[A-Z_]+$|no connection/),
    })
    const nobody = createServer()
    await new Promise<void>((resolve) => nobody.listen(0, '127.0.0.1', resolve))
    const address = nobody.address()
    const at = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`
    await new Promise((resolve) => nobody.close(resolve))
    expect(await call(undefined, at)).toEqual({ kind: 'failed', reason: 'ECONNREFUSED' })
  })
})
