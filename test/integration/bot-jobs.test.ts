import { type BotSettings, createBot, memoryBotStore } from '@roomful/bot'
import { readRoom, waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer, type TestServer } from '@roomful/testing/node'
import { afterEach, beforeEach, expect, test } from 'vitest'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})
afterEach(() => server.close())

/** A time of day that the test sets; timers fire when it is moved past them. */
function handClock(start: string) {
  let now = Date.parse(start)
  const timers = new Set<{ at: number; fn: () => void }>()
  return {
    now: () => now,
    monotonic: () => now,
    setTimer: (ms: number, fn: () => void) => {
      const timer = { at: now + ms, fn }
      timers.add(timer)
      // What is due at once needs nobody to move the clock.
      if (ms <= 0) queueMicrotask(() => timers.delete(timer) && fn())
      return () => void timers.delete(timer)
    },
    moveTo(time: string) {
      this.pass(Date.parse(time) - now)
    },
    pass(ms: number) {
      now += ms
      for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.fn()
    },
  }
}

async function contents(): Promise<string[]> {
  await using reader = await createTestClient(server, 'reader')
  return (await readRoom(reader, 'general')).messages.map((row) => row.content)
}
/** With a clock: it goes on meanwhile, for what waits by it, such as a new connection after a jump. */
const has = (content: string, clock?: { pass(ms: number): void }) =>
  waitUntil(content, async () => {
    clock?.pass(1_000)
    return (await contents()).includes(content)
  })

async function botFor(settings: BotSettings) {
  const bot = createBot({ url: server.url, auth: await server.token('bot'), ...settings })
  bot.job('remind', ({ send, data }) => send('general', `remember: ${data}`))
  bot.command('remind', '', (context) =>
    context.schedule('remind', { at: new Date('2026-03-01T10:00:00Z'), data: context.command?.rest }),
  )
  return bot
}

test('a reminder is sent at its time, once, also if the bot did not run then', async () => {
  const store = memoryBotStore()
  const clock = handClock('2026-03-01T09:00:00Z')
  const first = await botFor({ store, clock })
  await first.start()
  await using ada = await createTestClient(server, 'ada')
  await ada.room('general').send('/remind milk')
  await waitUntil('it is stored', async () => (await store.list('jobs', { limit: 9 })).length === 1)
  clock.moveTo('2026-03-01T09:59:59Z')
  expect(await contents()).toEqual(['/remind milk'])
  const stopped = first.stop()
  await stopped
  const second = await botFor({ store, clock: handClock('2026-03-02T00:00:00Z') })
  await second.start()
  await has('remember: milk')
  await waitUntil('it is done', async () => (await store.list('jobs', { limit: 9 })).length === 0)
  await second.stop()
  expect(await contents()).toEqual(['/remind milk', 'remember: milk'])
})

test('what is scheduled under one key waits once, can be cancelled, and needs its handler', async () => {
  const store = memoryBotStore()
  const clock = handClock('2026-03-01T09:00:00Z')
  await using bot = await botFor({ store, clock })
  await bot.start()
  const at = new Date('2026-03-01T10:00:00Z')
  for (const data of ['first', 'second']) await bot.schedule('remind', { at, data, key: 'k' })
  await bot.schedule('remind', { at, data: 'never', key: 'other' })
  expect(await bot.cancelJob('remind', 'other')).toBe(true)
  expect(await bot.cancelJob('remind', 'other')).toBe(false)
  await expect(bot.schedule('unknown', { at, key: 'k' })).rejects.toThrow('no job unknown')
  await expect(bot.schedule('remind', { at: new Date('soon'), key: 'x' })).rejects.toMatchObject({
    code: 'INVALID_PAYLOAD',
  })
  clock.moveTo('2026-03-01T10:00:00Z')
  await has('remember: first')
  await waitUntil('it is done', async () => (await store.list('jobs', { limit: 9 })).length === 0)
  expect(await contents()).toEqual(['remember: first'])
})

test('a job that repeats runs at its times, and once for all that were missed', async () => {
  const store = memoryBotStore()
  const live = async (start: string) => {
    const clock = handClock(start)
    const bot = await botFor({ store, clock })
    bot.every('stand-up', { cron: '0 9 * * 1-5', timeZone: 'Europe/Zurich' }, ({ send, at }) =>
      send('general', `stand-up of ${at.toISOString()}`),
    )
    await bot.start()
    return { clock, bot }
  }
  // A Sunday.
  const { clock, bot } = await live('2026-03-01T09:00:00Z')
  clock.moveTo('2026-03-02T08:00:00Z')
  await has('stand-up of 2026-03-02T08:00:00.000Z')
  await waitUntil('it is done', async () => (await store.get('jobs', 'last stand-up')) === clock.now())
  await bot.stop()
  const again = await live('2026-03-05T12:00:00Z')
  await has('stand-up of 2026-03-03T08:00:00.000Z')
  await waitUntil('it is done', async () => (await store.get('jobs', 'last stand-up')) !== clock.now())
  // Over such a jump the lease ends: a new term begins, and does not run again what was missed before.
  again.clock.moveTo('2026-03-06T08:00:00Z')
  await has('stand-up of 2026-03-06T08:00:00.000Z', again.clock)
  await again.bot.stop()
  expect(await contents()).toHaveLength(3)
})

test('a job that fails every time is a dead letter, and can be replayed', async () => {
  const clock = handClock('2026-03-01T09:00:00Z')
  await using bot = createBot({
    ...{ url: server.url, auth: await server.token('bot'), clock, attempts: 1, onError: () => {} },
  })
  let isBroken = true
  bot.job('mail', async ({ send, data }) => {
    if (isBroken) throw new Error('no mail server')
    await send('general', `sent ${data}`)
  })
  await bot.start()
  await bot.schedule('mail', { at: new Date('2026-03-01T08:00:00Z'), data: 'digest', key: 'k' })
  const [letter] = await waitUntil('the letter', async () => {
    const letters = await bot.deadLetters.list()
    return letters.length === 1 && letters
  })
  expect(letter).toMatchObject({
    kind: 'job',
    job: 'mail',
    data: 'digest',
    error: { text: 'no mail server' },
  })
  isBroken = false
  expect(await bot.deadLetters.replay(letter?.id ?? '')).toBe(true)
  await has('sent digest')
})

test.each([[{ cron: 'every day' }], [{ everyMs: 0 }]])('%j is refused at once', async (every) => {
  await using bot = await botFor({})
  expect(() => bot.every('x', every, () => {})).toThrow()
})
