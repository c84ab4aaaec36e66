import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createChat } from '@roomful/client'
import { waitUntil } from '@roomful/testing'
import { expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder } from './roomful-command'
import { seededRandom } from './seeded-random'

const SCRIPT = fileURLToPath(new URL('bot-killed-script.mjs', import.meta.url))
// The whole of it: BOT_KILLS=30 BOT_COMMANDS=300 npx vitest run --project integration test/integration/bot-killed.test.ts
const KILLS = Number(process.env.BOT_KILLS ?? 6)
const COMMANDS = Number(process.env.BOT_COMMANDS ?? 60)
const SEED = 8_115

test(`a bot that is killed ${KILLS} times while ${COMMANDS} commands come in answers each exactly once, in order`, async () => {
  using folder = temporaryFolder()
  await using server = await serve([
    ...['--port', '0', '--database', `sqlite:${folder.path}/chat.db`],
    ...NO_LIMITS,
  ])
  const [ada, bot] = await Promise.all([guestToken(server.url, 'Ada'), guestToken(server.url, 'Bot')])
  const env = { URL: server.url, TOKEN: bot, STATE: `${folder.path}/state` }
  const random = seededRandom(SEED)
  const chat = createChat({ url: server.url, auth: ada, storage: 'memory' })
  const room = chat.room('general')
  await room.open()

  const start = (): ChildProcess =>
    fork(SCRIPT, {
      env: { PATH: process.env.PATH, ...env },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })

  let sent = 0
  for (let kills = 0; kills < KILLS; kills++) {
    const share = Math.ceil((COMMANDS * (kills + 1)) / KILLS)
    while (sent < share) void room.send(`/count ${++sent}`)
    const child = start()
    const ended = once(child, 'exit')
    const mark = 1 + Math.floor((random() * COMMANDS) / KILLS)
    let handled = 0
    child.on('message', () => {
      if (++handled === mark) void delay(random() * 12).then(() => child.kill('SIGKILL'))
    })
    const [, signal] = await ended
    expect(signal, `life ${kills} was killed while it answered`).toBe('SIGKILL')
  }
  await chat.flush()
  const last = start()
  const answers = new Map<string, number[]>()
  await waitUntil('the last answer', async () => {
    answers.clear()
    let done = false
    for await (const { content } of historyOf(room)) {
      const [, words = '', count] = /^(\w+ \/count \d+) = (\d+)/.exec(content) ?? []
      if (words !== '') answers.set(words, [...(answers.get(words) ?? []), Number(count)])
      done ||= words === `second /count ${COMMANDS}`
    }
    return done
  })
  last.kill('SIGTERM')
  expect(await once(last, 'exit')).toEqual([0, null])
  const expected = new Map<string, number[]>()
  for (let n = 1; n <= COMMANDS; n++)
    for (const which of ['first', 'second']) expected.set(`${which} /count ${n}`, [n])
  expect(answers).toEqual(expected)
  await chat.close()
})

/** All messages up to the newest. */
async function* historyOf(room: ReturnType<ReturnType<typeof createChat>['room']>) {
  const { lastSeq } = room.getState()
  for await (const message of room.stream({ after: 0 })) {
    yield message
    if (message.seq >= lastSeq) return
  }
}

async function guestToken(url: string, name: string): Promise<string> {
  const response = await fetch(`${url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  const { token } = (await response.json()) as { token: string }
  return token
}
