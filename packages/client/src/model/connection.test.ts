import { expect, test } from 'vitest'
import { ChatError } from './chat-error'
import { type Connection, type ConnectionEvent, IDLE, reduceConnection } from './connection'

const error = new ChatError('OFFLINE', 'gone')
const down = (now: number, next: 'retry' | 'auth' | 'stop' = 'retry'): ConnectionEvent => ({
  type: 'down',
  error,
  ...(next === 'auth' ? { next, token: `token ${now}` } : { next }),
  now,
  random: 0,
})
const after = (...events: ConnectionEvent[]): Connection => events.reduce(reduceConnection, IDLE)
const wanted: ConnectionEvent = { type: 'wanted' }
const retry: ConnectionEvent = { type: 'retry' }

test('waits longer each time, and has the reason', () => {
  expect(after(wanted, down(100)).state).toEqual({ status: 'waiting', attempt: 1, retryAt: 600, error })
  expect(after(wanted, down(100), retry, down(600)).state).toMatchObject({ attempt: 2, retryAt: 1_600 })
  expect(after(wanted, down(100), retry).state).toEqual({ status: 'connecting', attempt: 2 })
})

test('a connection that held starts the count over, one that was dropped at once does not', () => {
  const online: ConnectionEvent[] = [wanted, down(0), retry, { type: 'ready', now: 1_000 }]
  expect(after(...online, down(7_000)).state).toMatchObject({ attempt: 1, retryAt: 7_500 })
  expect(after(...online, down(1_100)).state).toMatchObject({ attempt: 2, retryAt: 2_100 })
})

test('a stale token is tried again at once with a fresh one, a second refusal waits', () => {
  const first = after(wanted, down(0, 'auth'))
  expect(first).toMatchObject({ refused: { token: 'token 0' }, state: { status: 'waiting', retryAt: 0 } })
  expect(reduceConnection(reduceConnection(first, retry), down(10, 'auth')).state).toMatchObject({
    retryAt: 1_010,
  })
})

test('after a sign of waking what failed before means nothing, whether it waits, dials, or believes that it is online', () => {
  const often = [wanted, ...[0, 1, 2, 3, 4].flatMap((n): ConnectionEvent[] => [down(n), retry])]
  const woken: ConnectionEvent = { type: 'woken' }
  const ready: ConnectionEvent = { type: 'ready', now: 10 }
  expect(after(...often, down(5)).state).toMatchObject({ attempt: 6, retryAt: 16_005 })
  expect(after(...often, down(5), woken).state).toEqual({ status: 'connecting', attempt: 1 })
  expect(after(...often, woken, down(5)).state).toMatchObject({ retryAt: 505 })
  expect(after(...often, ready, woken, down(20)).state).toMatchObject({ retryAt: 520 })
})

test('the server names the time of the return', () => {
  const event: ConnectionEvent = { ...down(0), type: 'down', reconnectInMs: 9_000 } as ConnectionEvent
  expect(after(wanted, event).state).toMatchObject({ retryAt: 9_000 })
})

test('a reason not to come back counts without a connection, too', () => {
  for (const events of [[], [wanted, down(0)]])
    expect(after(...events, down(1, 'stop')).state).toEqual({ status: 'stopped', error })
})

test('stopped is the end', () => {
  const stopped = after(wanted, down(0, 'stop'))
  expect(stopped.state).toEqual({ status: 'stopped', error })
  for (const event of [wanted, retry, down(1), { type: 'ready', now: 1 } as const])
    expect(reduceConnection(stopped, event)).toBe(stopped)
})

test('a refused token: its consequences are bounded, whatever else happens in between', () => {
  const invalid = (token: string): ConnectionEvent => ({
    type: 'down',
    error: new ChatError('TOKEN_INVALID', 'no'),
    next: 'auth',
    token,
    now: 0,
    random: 0,
  })
  const until = (...events: ConnectionEvent[]) =>
    after(wanted, ...events.flatMap((event) => [event, retry])).state
  expect(until(invalid('a'), invalid('b'))).toMatchObject({
    status: 'stopped',
    error: { code: 'TOKEN_INVALID' },
  })
  expect(until(invalid('a'), down(0), { type: 'woken' }, invalid('b'))).toMatchObject({ status: 'stopped' })
  expect(until(down(0, 'auth'), invalid('b'))).toMatchObject({ status: 'connecting' })
  expect(until(...Array.from({ length: 9 }, () => invalid('a')))).toMatchObject({ status: 'connecting' })
  expect(until(...Array.from({ length: 10 }, () => invalid('a')))).toMatchObject({ status: 'stopped' })
  // A connection that held shows that tokens are taken.
  const held: ConnectionEvent[] = [{ type: 'ready', now: 0 }, down(6_000)]
  expect(until(invalid('a'), ...held, invalid('b'))).toMatchObject({ status: 'connecting' })
})
