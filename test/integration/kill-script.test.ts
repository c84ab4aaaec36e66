import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createChat } from '@roomful/client'
import { expect, test } from 'vitest'
import { NO_LIMITS, serve, temporaryFolder } from './roomful-command'
import { seededRandom } from './seeded-random'

const SCRIPT = fileURLToPath(new URL('kill-script.mjs', import.meta.url))
// The whole of it: SCRIPT_KILLS=50 SCRIPT_MESSAGES=500 npx vitest run --project integration test/integration/kill-script.test.ts
const MESSAGES = Number(process.env.SCRIPT_MESSAGES ?? 250)
const KILLS = Number(process.env.SCRIPT_KILLS ?? 15)
const SEED = 4_711

test(`a script with fileStore, killed ${KILLS} times while it sends, sends ${MESSAGES} more: each is there once, in order (P1, P2, P3)`, async () => {
  using folder = temporaryFolder()
  await using server = await serve([
    '--port',
    '0',
    '--database',
    `sqlite:${folder.path}/chat.db`,
    ...NO_LIMITS,
  ])
  const env = {
    URL: server.url,
    TOKEN: await guestToken(server.url),
    STATE: `${folder.path}/state`,
  }
  const random = seededRandom(SEED)

  /** The last that a life has reported. */
  let last = 0
  /**
   * One life of the script: to its end, or, without one, to the moment: a busy machine may kill it late. Returns the exit
   * code; null if it was killed.
   */
  const live = async (moment?: { afterSends: number; ms: number }): Promise<number | null> => {
    const LAST = String(moment ? Number.MAX_SAFE_INTEGER : last + MESSAGES)
    const child = fork(SCRIPT, { env: { PATH: process.env.PATH, ...env, LAST }, execArgv: [] })
    const ended = once(child, 'exit')
    let first: number | undefined
    child.on('message', ({ said }: { said: number }) => {
      first ??= said
      last = Math.max(last, said)
      if (moment && said - first >= moment.afterSends) void delay(moment.ms).then(() => child.kill('SIGKILL'))
    })
    const [code] = await ended
    return code
  }

  for (let kills = 0; kills < KILLS; kills++) {
    const moment = { afterSends: Math.floor(random() * 8), ms: Math.floor(random() * 16) }
    expect(await live(moment)).toBe(null)
  }
  expect(await live()).toBe(0)

  const reader = createChat({ url: server.url, auth: await guestToken(server.url), storage: 'memory' })
  const seen: string[] = []
  for await (const { seq, content } of reader.room('general').stream({ after: 0 })) {
    seen.push(`${seq}: ${content}`)
    if (content === String(last)) break
  }
  const { lastSeq } = await reader.request('fetch-history', { roomId: 'general', limit: 1 })
  await reader.close()
  expect(seen).toEqual(Array.from({ length: last }, (_, i) => `${i + 1}: ${i + 1}`))
  expect(lastSeq).toBe(last)
})

async function guestToken(url: string): Promise<string> {
  const response = await fetch(`${url}/auth/guest`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Ada' }),
  })
  const { token } = (await response.json()) as { token: string }
  return token
}
