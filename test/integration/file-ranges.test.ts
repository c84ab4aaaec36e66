import type { ChatServer } from '@roomful/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { temporaryFolder } from './roomful-command'
import { startServer, tokenOf } from './server-fixture'

const folder = temporaryFolder()
let server: ChatServer
let fileId: string
beforeAll(async () => {
  server = await startServer({ files: folder.path })
  const headers = { authorization: `Bearer ${await tokenOf('ann')}` }
  const answer = await fetch(`${server.url}/files`, { method: 'POST', headers, body: '0123456789' })
  fileId = ((await answer.json()) as { file: { id: string } }).file.id
})
afterAll(async () => {
  await server.close()
  folder[Symbol.dispose]()
})

const get = async (user: string, id: string, headers: Record<string, string>): Promise<Response> =>
  fetch(`${server.url}/files/${id}`, {
    headers: { authorization: `Bearer ${await tokenOf(user)}`, ...headers },
  })

describe('a part of a file, for a player that seeks', () => {
  const ask = async (range: string, more: Record<string, string> = {}): Promise<Response> =>
    get('ann', fileId, { range, ...more })

  test.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
  ])('%s is %s', async (range, text, where) => {
    const response = await ask(range)
    expect([response.status, await response.text()]).toEqual([206, text])
    expect(response.headers.get('content-range')).toBe(where)
    expect(response.headers.get('content-length')).toBe(String(text.length))
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
  })

  test('behind the end is refused, with the size', async () => {
    const response = await ask('bytes=10-')
    expect([response.status, response.headers.get('content-range')]).toEqual([416, 'bytes */10'])
  })

  test.each(['bytes=x', 'lines=1-2', 'bytes=0-1,4-5'])(
    'that cannot be served is the whole: %s',
    async (range) => {
      const response = await ask(range)
      expect([response.status, await response.text()]).toEqual([200, '0123456789'])
      expect(response.headers.get('accept-ranges')).toBe('bytes')
    },
  )

  test('of another file than the one at hand is the whole', async () => {
    expect((await ask('bytes=2-4', { 'if-range': '"another"' })).status).toBe(200)
  })

  test('is none for a stranger', async () => {
    expect((await get('eve', fileId, { range: 'bytes=0-1' })).status).toBe(404)
  })
})
