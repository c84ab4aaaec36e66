import { createAdmin } from '@roomful/admin'
import type { Chat } from '@roomful/client'
import { createApiKey } from '@roomful/server'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { temporaryFolder } from '../integration/roomful-command'
import type { Snippet } from './find-snippets'
import { implicitImports } from './implicit-imports'
import { runSnippet } from './run-snippet'

/** Examples that only compile, each by a word in it: they need something that a test lacks. */
const ONLY_COMPILED: readonly string[] = [
  // Not installed.
  'async-storage',
  // It needs a database, and has other tests.
  'startPostgres',
  // Endless; the guide of the client has one that ends.
  'room.stream(',
  // Until it is told to end.
  'runBot(',
  'bot.done',
  // Types only.
  'declare module',
]

/** Examples of what apps use, in plain TypeScript. Internal ones are not in the built packages. */
export const canRun = (snippet: Snippet): boolean =>
  snippet.kind === 'example' &&
  snippet.language === 'ts' &&
  !ONLY_COMPILED.some((word) => snippet.code.includes(word)) &&
  implicitImports(snippet).every(({ from, isType }) => isType || !from.startsWith('.'))

/** Runs an example to its end, with a server, an open room with two messages in it, and another user. */
export async function runExample(snippet: Snippet): Promise<void> {
  using folder = temporaryFolder()
  const apiKeyFile = `${folder.path}/api-keys`
  const { key: apiKey } = await createApiKey(apiKeyFile, ['*'])
  await using server = await createTestServer({ apiKeyFile })
  await using ben = await createTestClient(server, 'ben')
  await using chat = await createTestClient(server, 'ada')
  await ben.room('general').send('hello')
  const message = await ben.room('general').send('are you there?')
  const room = chat.room('general')
  await room.open()
  const all = {
    ...{ apiKey, admin: createAdmin({ url: server.url, apiKey }) },
    ...{ chat, room, message, url: server.url, lines: ['one', 'two'] },
    ...{ secret: 'a secret', token: await server.token('ada') },
    ...{ getToken: () => server.token('ada'), auth: () => server.token('ada') },
    request: new Request(server.url, { method: 'POST', body: '{}' }),
    ...{ show: () => {}, render: () => {}, test: () => {}, console: { log: () => {}, error: () => {} } },
  }
  const declared = new Set(
    [...snippet.code.matchAll(/\b(?:const|function) (\w+)/g)].map(({ 1: name }) => name),
  )
  const yours = Object.entries(all).filter(([name]) => !declared.has(name))
  const instead = {
    'https://chat.example.com': server.url,
    "import { test } from 'vitest'": '',
    'port: 0,': "port: 0, logLevel: 'silent',",
    'createChatServer({ hooks': "createChatServer({ port: 0, database: 'memory:', logLevel: 'silent', hooks",
    "'./": `'${folder.path}/`,
  }
  const made = await runSnippet(snippet, {
    yours: Object.fromEntries(yours),
    instead: Object.fromEntries(Object.entries(instead).filter(([text]) => snippet.code.includes(text))),
  })
  for (const value of [chat, ...Object.values(made)]) {
    if (isChat(value) && value.getState().connection.status === 'online') await value.flush()
    if (isOpen(value)) await value[Symbol.asyncDispose]()
  }
}

const isChat = (value: unknown): value is Chat => value instanceof Object && 'signOut' in value
const isOpen = (value: unknown): value is AsyncDisposable =>
  value instanceof Object && Symbol.asyncDispose in value
