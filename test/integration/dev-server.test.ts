import { createChat } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { expect, test } from 'vitest'
import { startDevServer } from './dev-server'
import { serve, temporaryFolder, WEB_CHAT } from './roomful-command'

const RESTART = { method: 'POST', headers: { 'roomful-dev': 'restart' } }

const guest = async (url: string): Promise<string> => {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/auth/guest`, { method: 'POST', headers, body: '{"name":"Ada"}' })
  const { token } = (await response.json()) as { token: string }
  return token
}

test('npm start comes back at the same port after its chaos page killed it, and ends cleanly', async () => {
  using folder = temporaryFolder()
  await using server = await startDevServer(`sqlite:${folder.path}/chat.db`)
  const token = await guest(server.url)
  const before = await fetch(`${server.url}/healthz`)
  expect(before.headers.get('roomful-dev')).toBe('restart')

  // Killed, it answers nothing any more.
  await expect(fetch(`${server.url}/dev/restart`, RESTART)).rejects.toThrow()
  await waitUntil('it serves again', () =>
    fetch(`${server.url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  const headers = { authorization: `Bearer ${token}` }
  // The same secret and database: who was signed in still is.
  expect((await fetch(`${server.url}/auth/logout`, { method: 'POST', headers })).status).toBeLessThan(300)
  expect(await server.stop('SIGINT')).toBe(0)
})

test('the first visit finds rooms with people, a long one, and a bot whose answer grows', async () => {
  using folder = temporaryFolder()
  const database = `sqlite:${folder.path}/chat.db`
  await using server = await startDevServer(database, ['--demo=600'])
  const auth = await guest(server.url)
  const chat = createChat({ url: server.url, auth, storage: 'memory' })
  try {
    void chat.connect()
    await waitUntil('the rooms', () => chat.getState().rooms.length === 5)
    const names = chat.getState().rooms.map(({ name }) => name)
    expect(names.toSorted()).toEqual(['600 messages', 'Ask Roomy', 'design', 'general', 'languages'])
    const archive = chat.room('archive')
    await archive.open()
    expect(archive.messages().at(-1)).toMatchObject({
      seq: 600,
      content: expect.stringContaining('message 600'),
    })

    const asked = chat.room('ask-roomy')
    await asked.open()
    const lengths = new Set<number>()
    const answer = () => asked.messages().find(({ senderId, seq }) => senderId === 'demo-roomy' && seq > 2)
    asked.subscribe(() => lengths.add(answer()?.content.length ?? 0))
    await asked.send('What happens when I am offline?')
    await waitUntil('the whole answer', () => answer()?.stream?.state === 'finished')
    expect(answer()?.content).toContain('[the chaos page](/chaos)')
    expect(lengths.size).toBeGreaterThan(5)
  } finally {
    await chat.close()
  }
  expect(await server.stop('SIGINT')).toBe(0)

  // The next start leaves all as it is.
  await using again = await startDevServer(database, ['--demo'])
  const late = createChat({ url: again.url, auth, storage: 'memory' })
  try {
    void late.connect()
    await waitUntil('the rooms', () => late.getState().rooms.length === 5)
    const names = late.getState().rooms.map(({ name }) => name)
    expect(names).toContain('600 messages')
  } finally {
    await late.close()
  }
})

test('another database than that of ./data is left as it is', async () => {
  using folder = temporaryFolder()
  await using server = await startDevServer(`sqlite:${folder.path}/chat.db`)
  const chat = createChat({ url: server.url, auth: await guest(server.url), storage: 'memory' })
  try {
    void chat.connect()
    await waitUntil('its room', () => chat.getState().rooms.length > 0)
    expect(chat.getState().rooms.map(({ name }) => name)).toEqual(['general'])
  } finally {
    await chat.close()
  }
})

test('npm start is not killed by a page of elsewhere, which cannot send the header', async () => {
  using folder = temporaryFolder()
  await using server = await startDevServer(`sqlite:${folder.path}/chat.db`)
  const response = await fetch(`${server.url}/dev/restart`, { method: 'POST' })
  expect(response.status).toBe(404)
  const asked = await fetch(`${server.url}/dev/restart`, {
    method: 'OPTIONS',
    headers: {
      origin: 'https://elsewhere.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'roomful-dev',
    },
  })
  expect(asked.headers.get('access-control-allow-headers') ?? '').not.toContain('roomful-dev')
  expect((await fetch(`${server.url}/healthz`)).ok).toBe(true)
  expect(await server.stop('SIGTERM')).toBe(0)
})

test('roomful serve cannot be killed over HTTP', async () => {
  using folder = temporaryFolder()
  const args = ['--port', '0', '--database', `sqlite:${folder.path}/chat.db`, '--static', WEB_CHAT]
  await using server = await serve(args)
  const response = await fetch(`${server.url}/dev/restart`, RESTART)
  expect(response.status).toBe(404)
  expect(response.headers.get('roomful-dev')).toBeNull()
  expect((await fetch(`${server.url}/healthz`)).ok).toBe(true)
})
