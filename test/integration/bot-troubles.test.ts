import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import {
  type BotErrorContext,
  type BotSettings,
  type BotStore,
  type ChatError,
  createBot,
  memoryBotStore,
} from '@roomful/bot'
import { backupDatabase, createChatServer, restoreDatabase, signToken } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import { serve, temporaryFolder } from './roomful-command'

await build({ types: false })

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})
afterEach(() => server.close())

/** A bot that answers everything, and what it reports. */
async function echo(settings: BotSettings = {}, at: Pick<TestServer, 'url' | 'token'> = server) {
  const told: BotErrorContext[] = []
  const bot = createBot({
    url: at.url,
    auth: await at.token('bot'),
    onError: (_, context) => void told.push(context),
    ...settings,
  })
  bot.onMessage((context) => context.reply(`echo ${context.message.content}`))
  await bot.start()
  return { bot, told, sources: () => told.map(({ source }) => source) }
}

const shows = async (chat: Awaited<ReturnType<typeof createTestClient>>, id: string, content: string) => {
  await chat.room(id).open()
  return waitUntil(content, () =>
    chat
      .room(id)
      .messages()
      .some((message) => message.content === content),
  )
}

/** A store in which calls fail while `isBroken`. */
function faulty(store: BotStore) {
  const faults = { isBroken: false, failed: 0 }
  const write: BotStore['write'] = async (writes, lease) => {
    if (!faults.isBroken) return store.write(writes, lease)
    faults.failed++
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  }
  return { store: { ...store, write }, faults }
}

test('a store that fails for a moment: it says so, and answers what comes next', async () => {
  const { store, faults } = faulty(memoryBotStore())
  const { bot, sources } = await echo({ store })
  await using ada = await createTestClient(server, 'ada')
  faults.isBroken = true
  await ada.room('general').send('one')
  await waitUntil('two failures', () => faults.failed > 1)
  faults.isBroken = false
  await ada.room('general').send('two')
  await shows(ada, 'general', 'echo two')
  expect(new Set(sources())).toEqual(new Set(['store']))
  await bot.stop()
})

test('kicked and added again, it answers again', async () => {
  await using owner = await createTestClient(server, 'owner')
  await (await createTestClient(server, 'bot')).close()
  const room = await owner.createRoom({ name: 'R', type: 'private', members: ['bot'] })
  for (const rooms of ['all', [room.id]] as const) {
    const moves: string[] = []
    const { bot } = await echo({ rooms })
    bot.on('added', () => void moves.push('added')).on('removed', () => void moves.push('removed'))
    await room.send(`one ${rooms}`)
    await shows(owner, room.id, `echo one ${rooms}`)
    await owner.request('remove-member', { roomId: room.id, userId: 'bot' })
    await waitUntil('its going', () => moves.includes('removed'))
    await owner.request('add-member', { roomId: room.id, userId: 'bot' })
    await room.send(`two ${rooms}`)
    await shows(owner, room.id, `echo two ${rooms}`)
    await waitUntil('its coming', () => moves.includes('added'))
    expect(moves).toEqual(['removed', 'added'])
    await bot.stop()
  }
})

test('a database that was put back: it hears what is sent since, at numbers that it knew, and says so', async () => {
  using folder = temporaryFolder()
  const database = `sqlite:${folder.path}/chat.db`
  const secret = 'a secret of more than 32 characters'
  const open = () =>
    createChatServer({
      ...{ port: 0, host: '127.0.0.1', database, auth: { jwtSecret: secret }, logLevel: 'silent' },
      ...{ files: false, defaultRooms: ['general'], limits: { sendsPerSecond: 0, eventsPerSecond: 0 } },
    })
  const token = (user: unknown) => signToken(secret, { id: String(user), name: String(user) })
  const store = memoryBotStore()
  let first = await open()
  const send = async (texts: readonly string[]) => {
    await using ada = await createTestClient({ url: first.url, token }, 'ada')
    for (const text of texts) await ada.room('general').send(text)
    return ada.room('general').getState().lastSeq
  }
  await send(['m1', 'm2'])
  await backupDatabase(database, `${folder.path}/copy.db`)
  const before = await echo({ store, begin: 'first' }, { url: first.url, token })
  await send(['m3', 'm4', 'm5', 'm6'])
  await waitUntil('six answers', () => before.bot.chat.room('general').getState().lastSeq === 12)
  await before.bot.stop()
  await first.close()
  await restoreDatabase(database, `${folder.path}/copy.db`)

  first = await open()
  // More than before, so that the new messages stand before its cursor and after it.
  const texts = Array.from({ length: 20 }, (_, i) => `new ${i + 1}`)
  await send(texts)
  const after = await echo({ store }, { url: first.url, token })
  await using ada = await createTestClient({ url: first.url, token }, 'ada')
  await shows(ada, 'general', 'echo new 20')
  const answers = ada
    .room('general')
    .messages()
    .filter(({ content }) => content.startsWith('echo new'))
  expect(answers.map(({ content }) => content)).toEqual(texts.map((text) => `echo ${text}`))
  expect(after.sources()).toContain('history')
  await after.bot.stop()
  await ada.close()
  await first.close()
})

test('a handler that never ends is given up after its time, and other rooms do not wait for it', async () => {
  await using ada = await createTestClient(server, 'ada')
  await (await createTestClient(server, 'bot')).close()
  const other = await ada.createRoom({ name: 'Other', type: 'private', members: ['bot'] })
  // Far longer than a reply takes on a busy machine: only the one that hangs is to exceed it.
  const { bot, told } = await echo({ handlerTimeoutMs: 1_000, attempts: 2 })
  bot.use(async ({ message }, next) => {
    if (message.content === 'hang') await new Promise(() => {})
    await next()
  })
  await ada.room('general').send('hang')
  await other.send('meanwhile')
  await ada.room('general').send('after it')
  await shows(ada, other.id, 'echo meanwhile')
  await shows(ada, 'general', 'echo after it')
  expect(told.map((context) => context.source === 'handler' && context.isLast)).toEqual([false, true])
  const letters = await bot.deadLetters.list()
  expect(letters).toMatchObject([
    { kind: 'message', roomId: 'general', error: { code: 'TIMEOUT' }, attempts: 2 },
  ])
  expect(JSON.stringify(letters)).not.toContain('hang')
  await bot.stop()
})

test('stop() ends, whatever a handler and the store do', async () => {
  const store = memoryBotStore()
  const { bot } = await echo({ store: { ...store, close: () => new Promise(() => {}) } })
  const hanging = new Promise<void>((resolve) => {
    bot.use(() => {
      resolve()
      return new Promise(() => {})
    })
  })
  await using ada = await createTestClient(server, 'ada')
  await ada.room('general').send('hello')
  await hanging
  await bot.stop({ timeoutMs: 200 })
  await bot.done
})

test('what a handler sends after its time, or after the end, is not sent', async () => {
  const { bot } = await echo({ handlerTimeoutMs: 50, attempts: 1 })
  const late = new Promise((resolve) => {
    bot.use(async (context) => {
      await new Promise<void>((ended) => context.signal.addEventListener('abort', () => ended()))
      resolve(await context.reply('too late').catch((error) => error.code))
    })
  })
  await using ada = await createTestClient(server, 'ada')
  await ada.room('general').send('hello')
  expect(await late).toBe('TIMEOUT')
  await bot.stop()
})

test('a chat that was closed, or whose token is refused: done rejects with the code', async () => {
  const { bot, sources } = await echo()
  const ended = bot.done.catch((error: ChatError) => error.code)
  await bot.chat.close()
  expect(await ended).toBe('ABORTED')
  expect(sources()).toEqual(['connection'])

  const refused = createBot({ url: server.url, auth: 'no token', onError: () => {} })
  const done = refused.done.catch((error: ChatError) => error.code)
  await expect(refused.start()).rejects.toMatchObject({ code: 'TOKEN_INVALID' })
  expect(await done).toBe('TOKEN_INVALID')
})

const SCRIPT = fileURLToPath(new URL('bot-script.mjs', import.meta.url))

test.each([['runBot'], ['start only']])(
  'the process of a bot whose session is revoked ends with 78 and a word (%s)',
  async (how) => {
    const secret = 'a secret of more than 32 characters'
    const own = await createChatServer({
      ...{ port: 0, host: '127.0.0.1', database: 'memory:', auth: { jwtSecret: secret } },
      ...{ logLevel: 'silent', defaultRooms: ['general'], files: false },
    })
    const token = await signToken(secret, { id: 'bot', name: 'bot', sid: 'session-1' })
    const child = fork(SCRIPT, { env: { URL: own.url, TOKEN: token, HOW: how }, execArgv: [], silent: true })
    let stderr = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    await once(child, 'message')
    await own.revokeSession('session-1')
    const [code] = await once(child, 'close')
    expect({ code, stderr }).toEqual({ code: 78, stderr: expect.stringContaining('SESSION_REVOKED') })
    await own.close()
  },
)

test('the process of a bot that is told to end does so with 0', async () => {
  await using own = await serve(['--port', '0', '--database', 'memory:'])
  const response = await fetch(`${own.url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'bot' }),
  })
  const { token } = (await response.json()) as { token: string }
  const child = fork(SCRIPT, {
    env: { URL: own.url, TOKEN: token, HOW: 'runBot' },
    execArgv: [],
    silent: true,
  })
  await once(child, 'message')
  child.kill('SIGTERM')
  const [code] = await once(child, 'close')
  expect(code).toBe(0)
})
