import { createChat } from '@roomful/client'
import { expect, test } from 'vitest'
import type { JobHandler } from './handlers'
import { createScheduler, type Jobs } from './scheduler'
import type { BotRecord, BotWrite } from './store/port'
import { newEnding } from './timing'

const AT = new Date(1_000)

type Given = { readonly stored?: readonly BotRecord[]; readonly repeated?: Jobs['repeated'] }

/** A scheduler whose store answers when the test says so, with a clock that the test sets. */
function scene({ stored = [], repeated = new Map() }: Given = {}) {
  const ending = newEnding()
  const reported: unknown[] = []
  const keys: string[] = []
  const ran: unknown[] = []
  const written: (readonly BotWrite[])[] = []
  const answers: (() => void)[] = []
  const timers = new Set<{ at: number; fn: () => void }>()
  let now = 0
  const clock = {
    now: () => now,
    setTimer: (ms: number, fn: () => void) => {
      const timer = { at: now + ms, fn }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const once = new Map<string, JobHandler>([
    [
      'remind',
      async ({ data, send }) => {
        ran.push(data)
        await send('general', 'remember')
      },
    ],
  ])
  const scheduler = createScheduler(
    {
      ...{ chat: createChat({ url: 'none:', auth: 'none' }), clock, attempts: 1, handlerTimeoutMs: 1e9 },
      report: (error) => void reported.push(error),
      send: async ({ key }) => {
        keys.push(key)
        return { id: undefined, seq: undefined }
      },
      term: { lease: 1, closing: ending.signal, signal: ending.signal, ends: ending.signal, end: () => {} },
      keeper: {
        commit: (writes) => {
          written.push(writes)
          return new Promise((resolve) => answers.push(resolve))
        },
        trim: async () => {},
        get: async () => undefined,
        async *all() {
          yield* stored
        },
      },
    },
    { once, repeated },
  )
  const turns = () => new Promise((resolve) => setImmediate(resolve))
  return {
    ...{ scheduler, once, ran, reported, keys, written, turns },
    /** Timers go by another clock than the time of day. */
    setClock: (to: number) => {
      for (const timer of timers) timer.at += to - now
      now = to
    },
    /** All that was written up to now is stored. */
    stored: async () => {
      for (const answer of answers.splice(0)) answer()
      await turns()
    },
    pass: async (ms: number) => {
      now += ms
      for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.fn()
      await turns()
    },
  }
}

test('of two that are scheduled at once under one key the first is stored, and runs once', async () => {
  const { scheduler, ran, written, stored, pass } = scene()
  await scheduler.start()
  const first = scheduler.schedule('remind', { at: AT, data: 1, key: 'k' })
  const second = scheduler.schedule('remind', { at: AT, data: 2, key: 'k' })
  await stored()
  expect(await Promise.all([first, second])).toEqual([true, false])
  await pass(2_000)
  await stored()
  await pass(60_000)
  expect(ran).toEqual([1])
  expect(written.flat().filter(({ value }) => value !== undefined)).toHaveLength(1)
})

test('one that is cancelled, and comes due while that is written, does not run', async () => {
  const { scheduler, ran, stored, pass } = scene()
  await scheduler.start()
  const scheduled = scheduler.schedule('remind', { at: AT, key: 'k' })
  await stored()
  await scheduled
  const cancelled = scheduler.cancel('remind', 'k')
  await pass(2_000)
  await stored()
  expect(await cancelled).toBe(true)
  expect(ran).toEqual([])
})

test('one that is due does not run before it is stored', async () => {
  const { scheduler, ran, stored, pass } = scene()
  await scheduler.start()
  const scheduled = scheduler.schedule('remind', { at: new Date(0), data: 1, key: 'k' })
  await pass(100_000)
  expect(ran).toEqual([])
  await stored()
  await scheduled
  await pass(0)
  expect(ran).toEqual([1])
})

test('while one runs, another of its key is refused, and what has no form in JSON too', async () => {
  const { scheduler, stored, pass, turns } = scene()
  await scheduler.start()
  const scheduled = scheduler.schedule('remind', { at: AT, key: 'k' })
  await stored()
  await scheduled
  await pass(2_000)
  expect(await scheduler.schedule('remind', { at: new Date(9_000), key: 'k' })).toBe(false)
  await stored()
  await turns()
  const bad = { at: AT, data: { n: 1n }, key: 'bad' }
  await expect(scheduler.schedule('remind', bad)).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
  const again = scheduler.schedule('remind', { at: new Date(9_000), key: 'k' })
  await stored()
  expect(await again).toBe(true)
})

test('a stored job that has no handler any more waits, is reported once, and does not stop the bot', async () => {
  const job = (name: string, data: number) => ({ id: `${name} k`, name, at: 0, data })
  const stored = [job('renamed', 1), job('remind', 2)].map((value) => ({ key: `once ${value.id}`, value }))
  const { scheduler, once, ran, reported, pass } = scene({ stored })
  await scheduler.start()
  await pass(1)
  await pass(120_000)
  expect(ran).toEqual([2])
  expect(reported).toHaveLength(1)
  expect(String(reported[0])).toContain('renamed')
  once.set('renamed', ({ data }) => void ran.push(data))
  await pass(60_000)
  expect(ran).toEqual([2, 1])
})

test('a job of a message that is handled again sends what it sent before under the same key, at whatever time', async () => {
  const { scheduler, keys, stored, pass } = scene()
  await scheduler.start()
  for (const at of [1_000, 5_000]) {
    const scheduled = scheduler.schedule('remind', {
      at: new Date(at),
      key: 'message-1 0',
      isOfMessage: true,
    })
    await stored()
    expect(await scheduled).toBe(true)
    await pass(at)
    await stored()
  }
  expect(keys).toHaveLength(2)
  expect(keys[1]).toBe(keys[0])
})

test('a clock that was far ahead once does not silence a repeated job', async () => {
  const times: number[] = []
  const handler: JobHandler = ({ at }) => void times.push(at.getTime())
  const everyMinute = { every: { everyMs: 60_000 }, handler }
  const { scheduler, setClock, stored, pass } = scene({
    stored: [{ key: 'last tick', value: 1e12 }],
    repeated: new Map([['tick', everyMinute]]),
  })
  await scheduler.start()
  await pass(60_000)
  await stored()
  expect(times).toEqual([60_000])
  // While it runs, too.
  setClock(1e12)
  await pass(60_000)
  await stored()
  setClock(200_000)
  await pass(60_000)
  await pass(60_000)
  expect(times).toHaveLength(3)
})
