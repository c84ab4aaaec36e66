import { type Chat, ChatError, type Invitation } from '@roomful/client'
import { expect, test } from 'vitest'
import { watchInvitations } from './invitations'
import type { Run } from './run'
import { newEnding } from './timing'

const invitation = {
  roomId: 'r1',
  createdAt: '2026-01-01T00:00:00.000Z',
  inviter: { id: 'ada', name: 'Ada' },
} as Invitation

/** A bot that is invited to one room; `failures` are what the server says to its first tries. */
function scene(failures: ChatError[]) {
  const ending = newEnding()
  const timers = new Set<{ at: number; fn: () => void }>()
  let [now, accepted] = [0, 0]
  const clock = {
    now: () => now,
    setTimer: (ms: number, fn: () => void) => {
      const timer = { at: now + ms, fn }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  const chat: Pick<Chat, 'acceptInvitation'> & { getState(): object } = {
    getState: () => ({ invitations: accepted > 0 ? [] : [invitation] }),
    acceptInvitation: async () => {
      const failure = failures.shift()
      if (failure) throw failure
      accepted++
      return {} as Awaited<ReturnType<Chat['acceptInvitation']>>
    },
  }
  const reported: unknown[] = []
  const run = {
    ...{ chat, clock, attempts: 1, handlerTimeoutMs: 60_000 },
    report: (error: unknown) => void reported.push(error),
    handlers: { event: async () => {} },
    term: { closing: ending.signal, signal: ending.signal, ends: ending.signal },
  } as unknown as Run
  const flush = () => new Promise((resolve) => setImmediate(resolve))
  return {
    ...{ ending, reported, watch: watchInvitations(run, 'all'), accepted: () => accepted },
    pass: async (ms: number) => {
      for (const end = now + ms; now < end; ) {
        now += 1_000
        for (const timer of [...timers]) if (timer.at <= now && timers.delete(timer)) timer.fn()
        await flush()
      }
    },
  }
}

test('an invitation is accepted also if the server cannot be reached for longer than a handler may take', async () => {
  const offline = Array.from({ length: 12 }, () => new ChatError('OFFLINE', 'away'))
  const { watch, accepted, pass, reported } = scene(offline)
  watch.update()
  await pass(100_000)
  expect(accepted()).toBe(0)
  await pass(300_000)
  expect(accepted()).toBe(1)
  expect(reported).toHaveLength(12)
  await watch.idle()
})

test('one that cannot be accepted is reported once, and one that waits ends with the bot', async () => {
  const expired = scene([new ChatError('ROOM_NOT_FOUND', 'expired')])
  expired.watch.update()
  await expired.pass(100_000)
  expect([expired.accepted(), expired.reported.length]).toEqual([0, 1])
  const away = scene(Array.from({ length: 100 }, () => new ChatError('OFFLINE', 'away')))
  away.watch.update()
  await away.pass(5_000)
  away.ending.abort()
  await away.watch.idle()
})
