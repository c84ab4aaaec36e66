import { once } from 'node:events'
import { Server } from 'node:http'
import { type Chat, type ChatOptions, createChat, memoryStore } from '@roomful/client'
import { type ChatServer, signToken } from '@roomful/server'
import type { storeContract as holdToContract } from '@roomful/server/contract'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { expect, type Mock, vi } from 'vitest'
import { temporaryFolder } from '../integration/roomful-command'
import { ADMIN_RUNS } from './admin-runs'
import { BOT_RUNS } from './bot-runs'
import { FILE_RUNS } from './file-runs'
import type { Snippet } from './find-snippets'
import { GUIDE_RUNS } from './guide-runs'
import { INSPECTOR_RUNS } from './inspector-runs'
import { runInPage } from './run-in-page'
import { runSnippet } from './run-snippet'
import { SIGN_IN_RUNS } from './sign-in-runs'
import { TESTING_RUNS } from './testing-runs'

type Run = (snippet: Snippet) => Promise<void>

const LOCAL = 'http://localhost:3000'
const REMOTE = 'https://chat.example.com'

/** Each TypeScript fence, by its page and its number there: that it runs, and does what its page says. */
export const RUNS: Readonly<Record<string, Run>> = {
  ...ADMIN_RUNS,
  ...FILE_RUNS,
  ...INSPECTOR_RUNS,
  ...TESTING_RUNS,
  ...SIGN_IN_RUNS,
  ...BOT_RUNS,
  ...GUIDE_RUNS,
  'docs/index.md 1': hello,

  'packages/client/README.md 1': async (snippet) => {
    await using server = await createTestServer()
    const render = vi.fn()
    const { chat } = await runSnippet(snippet, {
      yours: { getToken: () => server.token('ada'), render },
      instead: { [REMOTE]: server.url },
    })
    await using _ = chatOf(chat)
    expect(render).toHaveBeenLastCalledWith([expect.objectContaining({ content: 'hello', status: 'sent' })])
    expect(await stored(server)).toEqual(['hello'])
  },

  'docs/guides/client.md 1': async (snippet) => {
    await using server = await createTestServer()
    await using chat = await createTestClient(server, 'ada')
    const room = chat.room('general')
    await room.open()
    for (const text of ['one', 'two', 'three']) room.send(text)
    await chat.flush()
    const show = vi.fn()
    await runSnippet(snippet, { yours: { room, show } })
    expect(show.mock.calls).toEqual([
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ])
  },

  'docs/guides/client.md 2': async (snippet) => {
    await using server = await createTestServer()
    const chat = await createTestClient(server, 'ada')
    const lines = ['one', 'two', 'three']
    await runSnippet(snippet, { yours: { chat, room: chat.room('general'), lines } })
    expect(chat.getState().connection.status).toBe('stopped')
    expect(await stored(server)).toEqual(lines)
  },

  'packages/protocol/README.md 1': async (snippet) => {
    const log = vi.fn()
    await runSnippet(snippet, { yours: { console: { log } } })
    expect(log.mock.calls).toEqual([[8_000], ['after']])
  },

  'packages/react/README.md 1': async (snippet) => {
    await using server = await createTestServer()
    await using ben = await createTestClient(server, { id: 'ben', name: 'Ben' })
    await ben.room('general').send('is it there?')
    let chat: Chat | undefined
    const component = async () => {
      const made = await runSnippet(snippet, {
        yours: { getToken: () => server.token({ id: 'ada', name: 'Ada' }) },
        instead: { [REMOTE]: server.url },
      })
      chat = chatOf(made.chat)
      return made.App
    }
    await runInPage(component, async ({ element, type, click, eventually }) => {
      await eventually(() => expect(element('p').textContent).toBe('Ben: is it there? '))
      type('input', 'it is')
      click('form button')
      await eventually(() => expect(element('p:last-child').textContent).toBe('Ada: it is '))
    })
    await chat?.close()
    expect(await stored(server)).toEqual(['is it there?', 'it is'])
  },

  'packages/server/README.md 1': async (snippet) => {
    using folder = temporaryFolder()
    const log = vi.fn()
    const once = vi.fn()
    const secret = 'a secret of more than 32 characters'
    await runSnippet(snippet, {
      yours: { secret, process: { once }, console: { log } },
      instead: {
        'port: 3000': "port: 0, logLevel: 'silent'",
        './data/roomful.db': `${folder.path}/data/roomful.db`,
      },
    })
    const url = String(log.mock.lastCall?.[0])
    const server = { url, token: (user: string) => signToken(secret, { id: user, name: user }) }
    const ada = await createTestClient(server, 'ada')
    await ada.room('general').send('hello')
    await ada.close()
    await atSigterm(once)
    await expect(fetch(url)).rejects.toThrow()
  },

  'packages/testing/README.md 1': async (snippet) => {
    const tests = vi.fn()
    const instead = { "import { expect, test } from 'vitest'": '' }
    await runSnippet(snippet, { yours: { expect, test: tests }, instead })
    await tests.mock.lastCall?.[1]()
  },

  'docs/guides/moderation.md 1': async (snippet) => {
    await using server = await createTestServer()
    await using bob = await createTestClient(server, 'bob')
    await using ann = await createTestClient(server, 'ann')
    const { id } = await bob.room('general').send('a rude word')
    await ann.request('report-message', { messageId: id, reason: 'rude' })
    await using chat = await createTestClient(server, { id: 'mod', admin: true })
    const show = vi.fn()
    await runSnippet(snippet, { yours: { chat, show } })
    expect(show.mock.calls).toEqual([[['bob: a rude word']]])
  },

  'docs/guides/permissions.md 1': async (snippet) => {
    const quiet = "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', guests: true,"
    const { server } = await runSnippet(snippet, { instead: { 'createChatServer({': quiet } })
    await using _ = serverOf(server)
    const { url } = serverOf(server)
    await using ada = createChat({ url, auth: () => guestToken(url), storage: 'memory' })
    const [open, closed] = await Promise.all(
      [false, true].map((closed) =>
        ada.createRoom({ name: 'Ticket', type: 'private', metadata: { closed } }),
      ),
    )
    if (!open || !closed) throw new Error('two rooms')
    expect(await ada.room(open.id).send('hello')).toMatchObject({ content: 'hello' })
    await expect(ada.room(closed.id).send('hello?')).rejects.toMatchObject({
      code: 'REFUSED',
      reason: 'This ticket is closed',
    })
  },

  'docs/guides/permissions.md 2': async (snippet) => {
    const quiet = "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', guests: true,"
    const { server } = await runSnippet(snippet, { instead: { 'createChatServer({': quiet } })
    await using _ = serverOf(server)
    const { url } = serverOf(server)
    await using ada = createChat({ url, auth: () => guestToken(url), storage: 'memory' })
    for (const [type, kind] of [
      ['private', 'support'],
      ['public', 'news'],
    ] as const)
      await expect(ada.createRoom({ name: 'Room', type, kind })).rejects.toMatchObject({
        ...{ code: 'FORBIDDEN', field: 'kind' },
      })
  },

  'docs/guides/server.md 1': async (snippet) => {
    const secret = 'a secret of these tests, 32 bytes long'
    const quiet = "server: http, database: 'memory:', logLevel: 'silent',"
    const instead = { 'server: http,': quiet, 'listen(3000)': 'listen(0)' }
    const { http, chat } = await runSnippet(snippet, { yours: { secret }, instead })
    if (!(http instanceof Server)) throw new Error('there is no server')
    await using server = serverOf(chat)
    if (!http.listening) await once(http, 'listening')
    const [app, ready] = await Promise.all(
      [new URL('/', server.url), `${server.url}/readyz`].map(async (url) => (await fetch(url)).text()),
    )
    expect([app, ready]).toEqual(['the app', '{"ok":true}'])
    http.close()
  },

  'docs/guides/server.md 2': async (snippet) => {
    const quiet =
      "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', defaultRooms: ['general'],"
    const { server } = await runSnippet(snippet, { instead: { 'createChatServer({': quiet } })
    await using _ = serverOf(server)
    const { url } = serverOf(server)
    await using chat = createChat({ url, extraHeaders: { cookie: 'session=s1' }, storage: 'memory' })
    expect(await chat.room('general').send('by cookie')).toMatchObject({ senderId: 'ann' })
  },

  'docs/guides/server.md 3': async (snippet) => {
    const show = vi.fn()
    const quiet = "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', guests: true,"
    const { server } = await runSnippet(snippet, {
      yours: { show },
      instead: { 'createChatServer({': `${quiet} defaultRooms: ['general'],` },
    })
    const { url, close } = serverOf(server)
    const ada = createChat({ url, auth: () => guestToken(url), storage: 'memory' })
    expect(await ada.room('general').send('darn it')).toMatchObject({ content: '**** it' })
    await waitUntil('the hook', () => show.mock.calls.length > 0)
    expect(show).toHaveBeenCalledWith('**** it')
    await ada.close()
    await close()
  },

  'docs/guides/server.md 4': async (snippet) => {
    const storeContract = vi.fn<typeof holdToContract>()
    const instead = { "import { storeContract } from '@roomful/server/contract'": '' }
    await runSnippet(snippet, { yours: { storeContract }, instead })
    for (const [, open] of storeContract.mock.calls) {
      const { store, dispose } = await open()
      expect(store.kind).toBe('memory')
      await dispose()
    }
    expect(storeContract).toHaveBeenCalledOnce()
  },

  'docs/guides/webhooks.md 1': async (snippet) => {
    const show = vi.fn()
    const quiet =
      "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', defaultRooms: ['general'],"
    const { server } = await runSnippet(snippet, {
      yours: { show },
      instead: { 'createChatServer({': quiet },
    })
    await using _ = serverOf(server)
    const { url } = serverOf(server)
    await using ada = createChat({ url, auth: () => guestToken(url), storage: 'memory' })
    await ada.room('general').open()
    await waitUntil('the listener', () => show.mock.calls.length > 0)
    expect(show.mock.calls[0]?.[0]).toMatch(/ joined$/)
  },

  'docs/guides/webhooks.md 2': async (snippet) => {
    const show = vi.fn()
    const secret = `whsec_${Buffer.alloc(32, 'secret').toString('base64')}`
    const instead = { '.end()\n})': ".end()\n}).listen(0, '127.0.0.1')" }
    const { receiver } = await runSnippet(snippet, { yours: { secret, show }, instead })
    if (!(receiver instanceof Server)) throw new Error('there is no server')
    if (!receiver.listening) await once(receiver, 'listening')
    const address = receiver.address()
    const at = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`
    const webhooks = [{ id: 'app', url: at, secrets: [secret] }]
    await using server = await createTestServer({ webhooks })
    await using ada = await createTestClient(server, 'ada')
    await ada.room('general').send('for the receiver')
    await waitUntil('the call', () => show.mock.calls.length > 0)
    expect(show.mock.calls).toContainEqual(['for the receiver'])
    expect((await fetch(at, { method: 'POST', body: '{}' })).status).toBe(401)
    receiver.closeAllConnections()
    receiver.close()
  },

  'docs/inside/simulator.md 1': async (snippet) => {
    const { ann, bob } = await runSnippet(snippet)
    expect(texts(chatOf(ann))).toEqual(['hello'])
    expect(texts(chatOf(bob))).toEqual(['hello'])
  },

  // These need no server: a chat is created, and its storage status is checked.
  'docs/guides/storage.md 1': async (snippet) => {
    using folder = temporaryFolder()
    const made = await chatsOf(snippet, { './state': folder.path })
    expect(made.map(({ storage }) => storage)).toEqual([undefined, 'memory', expect.objectContaining({})])
  },
  // Types only: a store and a space have exactly the methods that the page shows.
  'docs/guides/storage.md 2': async ({ code }) => {
    const shown = [...code.matchAll(/^ {2}(\w+)\(/gm)].map(({ 1: name }) => name)
    const store = memoryStore()
    const own = ({ kind: _, ...methods }: object & { kind?: unknown }) => Object.keys(methods)
    expect([...own(store), ...own(await store.open(['a page']))].sort()).toEqual(shown.sort())
  },
  'docs/guides/tabs.md 1': async (snippet) => {
    const made = await chatsOf(snippet)
    expect(made.map(({ tabs }) => tabs)).toEqual([undefined, 'separate'])
  },
}

/** The first lines that a reader sees. */
async function hello(snippet: Snippet): Promise<void> {
  await using server = await createTestServer()
  const { chat } = await runSnippet(snippet, {
    yours: { getToken: () => server.token('ada') },
    instead: { [LOCAL]: server.url },
  })
  await using _ = chatOf(chat)
  expect(texts(chatOf(chat))).toEqual(['hello'])
  await chatOf(chat).flush()
  expect(await stored(server)).toEqual(['hello'])
}

const stored = async (server: TestServer): Promise<string[]> => {
  await using reader = await createTestClient(server, 'reader')
  return (await readRoom(reader, 'general')).messages.map(({ content }) => content)
}

async function guestToken(url: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(`${url}/auth/guest`, { method: 'POST', headers, body: '{"name":"Ada"}' })
  return (await answer.json()).token
}

const texts = (chat: Chat): string[] =>
  chat
    .room('general')
    .messages()
    .map(({ content }) => content)

/** What the snippet has done at SIGTERM. */
const atSigterm = async (once: Mock): Promise<void> => {
  expect(once).toHaveBeenCalledExactlyOnceWith('SIGTERM', expect.any(Function))
  await once.mock.lastCall?.[1]()
}

/** The options of the chats that it makes. */
async function chatsOf(snippet: Snippet, instead = {}): Promise<ChatOptions[]> {
  const made: ChatOptions[] = []
  const spy = (options: ChatOptions) => {
    made.push(options)
    return createChat(options)
  }
  await runSnippet(snippet, { yours: { url: LOCAL, auth: () => 'token', createChat: spy }, instead })
  return made
}

function chatOf(value: unknown): Chat {
  if (isChat(value)) return value
  throw new Error('the snippet declares no chat')
}
const isChat = (value: unknown): value is Chat => value instanceof Object && 'signOut' in value

function serverOf(value: unknown): ChatServer {
  if (isServer(value)) return value
  throw new Error('the snippet declares no server')
}
const isServer = (value: unknown): value is ChatServer => value instanceof Object && 'revokeSession' in value
