import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createBot } from '@roomful/bot'
import type { Room } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { answerTo } from './bot-streams'
import { temporaryFolder } from './roomful-command'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})
afterEach(() => server.close())

const grown = (room: Room) => room.messages().filter(({ stream }) => stream !== undefined)

test('an answer grows for its reader, who may stop it: the source is closed, and the bot goes on', async () => {
  await using bot = createBot({ url: server.url, auth: await server.token('bot'), rooms: ['general'] })
  let closed = false
  bot.command('write', 'writes without end', async ({ replyStream }) => {
    async function* endless() {
      try {
        for (let no = 0; ; no++) {
          await new Promise((resolve) => setTimeout(resolve, 10))
          yield `${no} `
        }
      } finally {
        closed = true
      }
    }
    await replyStream(endless())
  })
  bot.command('ping', 'answers', ({ reply }) => reply('pong'))
  await bot.start()
  await using ada = await createTestClient(server, 'ada')
  const room = ada.room('general')
  await room.open()
  const question = await room.send('/write')
  const growing = await waitUntil('it has grown twice', () =>
    grown(room).find(({ content }) => content.startsWith('0 1 2 3 ')),
  )
  expect(growing).toMatchObject({
    type: 'reply',
    replyTo: question.id,
    stream: { state: 'streaming', for: 'ada' },
  })
  await room.cancelStream(growing.id)
  await waitUntil('it is stopped', () =>
    grown(room).find(({ stream }) => stream?.state === 'cancelled' && !stream.closing),
  )
  await waitUntil('the source is closed', () => closed)
  await room.send('/ping')
  await waitUntil('the bot goes on', () => room.messages().find(({ content }) => content === 'pong'))
})

const STREAMS = Number(process.env.ROOMFUL_STREAMS ?? 5)
const KILLS = Number(process.env.ROOMFUL_KILLS ?? 3)

test(`a bot that is killed ${KILLS} times writes each of ${STREAMS} answers once, whole`, async () => {
  const token = await server.token('bot')
  using folder = temporaryFolder()
  const script = fileURLToPath(new URL('bot-streams-script.ts', import.meta.url))
  const env = { ...process.env, URL: server.url, TOKEN: token, FOLDER: folder.path, STREAMS: String(STREAMS) }
  const start = async (): Promise<ChildProcess> => {
    const child = fork(script, { env, execArgv: ['--import', 'tsx'], silent: true })
    child.stderr?.pipe(process.stderr)
    await once(child, 'message')
    return child
  }
  await using ada = await createTestClient(server, 'ada')
  const room = ada.room('general')
  await room.open()
  const whole = Array.from({ length: STREAMS }, (_, no) => answerTo(no))
  const wrong = new Set<string>()
  room.subscribe(() => {
    for (const { content } of grown(room))
      if (!whole.some((text) => text.startsWith(content))) wrong.add(content)
  })
  const length = (): number => grown(room).reduce((sum, { content }) => sum + content.length, 0)
  const total = whole.reduce((sum, { length }) => sum + length, 0)

  let child = await start()
  await room.send('write')
  for (let kill = 1; kill <= KILLS; kill++) {
    await waitUntil(`moment ${kill} of ${KILLS}`, () => length() >= (total * kill) / (KILLS + 1))
    child.kill('SIGKILL')
    await once(child, 'exit')
    child = await start()
  }
  await waitUntil('all have ended', () => {
    const rows = grown(room)
    return rows.length > 0 && rows.every(({ stream }) => stream?.state === 'finished')
  })
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(
    grown(room)
      .map(({ content }) => content)
      .sort(),
  ).toEqual([...whole].sort())
  expect([...wrong]).toEqual([])
})
