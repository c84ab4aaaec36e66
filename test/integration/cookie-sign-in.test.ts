import { createChat } from '@roomful/client'
import type { Credentials, ServerOptions } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { io } from 'socket.io-client'
import { afterEach, expect, test } from 'vitest'
import { temporaryFolder } from './roomful-command'
import { Device, startServer } from './server-fixture'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** An app whose sessions are cookies, and what its check was shown. */
async function withSessions(options: ServerOptions = {}) {
  const shown: Credentials[] = []
  const sessions = new Map([
    ['session-of-ann', { id: 'ann', name: 'Ann' }],
    ['session-of-ben', { id: 'ben', name: 'Ben' }],
  ])
  const server = await startServer({
    auth: {
      authenticate: (credentials) => {
        shown.push(credentials)
        return sessions.get(credentials.cookies.session ?? '')
      },
    },
    ...options,
  })
  ends.push(() => server.close())
  return { server, shown }
}
const chatOf = (url: string, headers: Record<string, string>) => {
  const chat = createChat({ url, extraHeaders: headers, storage: 'memory' })
  ends.push(() => chat.close())
  return chat
}

test('users of an app that signs in by a cookie chat without a token', async () => {
  const { server, shown } = await withSessions()
  const [ann, ben] = ['ann', 'ben'].map((id) =>
    chatOf(server.url, { cookie: `lang=en; session=session-of-${id}; note=a%20b` }),
  )
  await Promise.all([ann?.room('general').open(), ben?.room('general').open()])
  await ann?.room('general').send('by cookie')
  await waitUntil('ben has it', () => ben?.room('general').messages().at(-1)?.content === 'by cookie')
  const [first] = shown
  expect(first).toMatchObject({ token: '', address: '127.0.0.1', cookies: { lang: 'en', note: 'a b' } })
  expect(first?.headers.get('cookie')).toContain('session=session-of-')
})

test('without a session the chat waits, says why, and asks again', async () => {
  const { server, shown } = await withSessions()
  const chat = chatOf(server.url, { cookie: 'session=nobody' })
  chat.connect().catch(() => {})
  await waitUntil('it waits', () => chat.getState().connection.status === 'waiting')
  expect(chat.getState().connection).toMatchObject({ error: { code: 'UNAUTHENTICATED' } })
  await waitUntil('it has asked again', () => shown.length > 1)
})

test('a fresh token is checked beside the request that opened the connection', async () => {
  const { server, shown } = await withSessions()
  const extraHeaders = { cookie: 'session=session-of-ann' }
  const socket = io(server.url, { auth: { protocol: 2 }, extraHeaders, forceNew: true })
  ends.push(() => socket.disconnect())
  const device = new Device(socket)
  await device.next('ready')
  await device.do('refresh-token', { token: 'fresh' })
  expect(shown.at(-1)).toMatchObject({ token: 'fresh', cookies: { session: 'session-of-ann' } })
})

test('HTTP takes the cookie from its own pages and listed ones, and from no other page', async () => {
  using folder = temporaryFolder()
  const { server } = await withSessions({ files: folder.path, origins: ['https://app.example.com'] })
  const ask = async (headers: Record<string, string>): Promise<number> =>
    (await fetch(`${server.url}/files/none`, { headers })).status
  const cookie = 'session=session-of-ann'
  // Signed in: there is no such file.
  expect(await ask({ cookie })).toBe(404)
  expect(await ask({ cookie, origin: server.url })).toBe(404)
  expect(await ask({ cookie, origin: 'https://app.example.com' })).toBe(404)
  expect(await ask({ cookie, origin: 'https://evil.example.com' })).toBe(401)
  expect(await ask({ cookie: 'session=nobody' })).toBe(401)
  expect(await ask({})).toBe(401)
})

test('a page of another origin may send cookies only where it is listed by name', async () => {
  const allowed = async (origins: ServerOptions['origins'] & {}, path: string): Promise<string | null> => {
    const { server } = await withSessions({ origins })
    const answer = await fetch(server.url + path, { headers: { origin: 'https://app.example.com' } })
    return answer.headers.get('access-control-allow-credentials')
  }
  for (const path of ['/socket.io/?EIO=4&transport=polling', '/files/none']) {
    expect(await allowed(['https://app.example.com'], path)).toBe('true')
    expect(await allowed('*', path)).toBe(null)
  }
})

test('a websocket of another origin brings no cookies, unless it is listed by name', async () => {
  const outcome = async (origins: ServerOptions['origins'] & {}, origin: string): Promise<string> => {
    const { server } = await withSessions({ origins })
    const extraHeaders = { cookie: 'session=session-of-ann', origin: origin || server.url }
    const options = { auth: { protocol: 2 }, extraHeaders, forceNew: true, reconnection: false }
    const socket = io(server.url, { ...options, transports: ['websocket'] })
    ends.push(() => socket.disconnect())
    return new Promise((resolve) => {
      socket.on('ready', () => resolve('in'))
      socket.on('connect_error', (error) => resolve(error.message))
    })
  }
  expect(await outcome('*', 'https://evil.example.com')).toBe('UNAUTHENTICATED')
  expect(await outcome('*', '')).toBe('in')
  expect(await outcome(['https://app.example.com'], 'https://app.example.com')).toBe('in')
})
