import { expect, test } from 'vitest'
import { type TestClient, World } from '../test-support/testing-world'
import { wakeable } from '../test-support/wakeable'
import type { DownReason } from '../transport/port'

const INVALID: DownReason = { code: 'TOKEN_INVALID', text: 'The token is not valid', next: 'stop' }
const EXPIRED: DownReason = { code: 'TOKEN_EXPIRED', text: 'The token has expired', next: 'auth' }

/** Answers in turn; the last one for ever. A function is called, `HANG` never answers. */
const HANG = Symbol('hang')
function answers(...list: unknown[]) {
  const calls: { answer: (token: unknown) => void }[] = []
  const auth = (): Promise<string> => {
    const next = list[Math.min(calls.length, list.length - 1)]
    return new Promise((resolve) => {
      // What an app without types may answer.
      calls.push({ answer: resolve as (token: unknown) => void })
      if (next === HANG) return
      resolve((typeof next === 'function' ? next() : next) as string)
    })
  }
  return { auth, calls }
}

const connection = ({ chat }: TestClient) => chat.getState().connection

/** How a promise ended, or that it did not. */
function ending(promise: Promise<unknown>): { now: () => string } {
  let how = 'pending'
  promise.then(
    () => {
      how = 'resolved'
    },
    (error: { code?: string }) => {
      how = error.code ?? 'rejected'
    },
  )
  return { now: () => how }
}

test('an auth() that never answers, once, keeps the client from nothing for longer than 15 s', async () => {
  const world = new World()
  const { auth, calls } = answers(HANG, 'good')
  const ada = world.client('ada', { auth })
  const sent = ending(ada.room.send('hello'))
  void ada.chat.connect()
  await world.rest(14_750)
  expect([calls.length, connection(ada).status]).toEqual([1, 'connecting'])
  await world.pass(250)
  expect(connection(ada)).toMatchObject({
    status: 'waiting',
    error: { code: 'UNAUTHENTICATED', cause: { code: 'TIMEOUT' } },
  })
  await world.rest(1_000)
  expect([calls.length, connection(ada).status, sent.now()]).toEqual([2, 'online', 'resolved'])
})

test('the answer of a call that was given up is ignored, and only one call is waited for', async () => {
  const world = new World()
  const { auth, calls } = answers(HANG, HANG)
  const ada = world.client('ada', { auth })
  void ada.chat.connect()
  await world.rest(16_000)
  expect([calls.length, connection(ada).status]).toEqual([2, 'connecting'])
  calls[0]?.answer('late')
  await world.settle()
  expect(ada.connection.tokens).toEqual([])
  calls[1]?.answer('in time')
  await world.settle()
  expect([ada.connection.tokens, connection(ada).status]).toEqual([['in time'], 'online'])
})

test.each<[string, unknown]>([
  ['undefined', undefined],
  ['an empty string', ''],
  ['a number', 7],
  [
    'nothing, but throws',
    () => {
      throw new Error('no session')
    },
  ],
])('an auth() that answers %s is called again, and the state has the reason', async (_, answer) => {
  const world = new World()
  const { auth, calls } = answers(answer, answer, 'good')
  const ada = world.client('ada', { auth })
  void ada.chat.connect()
  await world.settle()
  expect(connection(ada)).toMatchObject({ status: 'waiting', error: { code: 'UNAUTHENTICATED' } })
  expect(connection(ada)).toHaveProperty('error.cause')
  expect(ada.connection.tokens).toEqual([])
  await world.rest(2_000)
  expect([calls.length, ada.connection.tokens, connection(ada).status]).toEqual([3, ['good'], 'online'])
})

test('what auth() throws is reported once a call, also when it comes late', async () => {
  const world = new World()
  const [first, late] = [new Error('first'), new Error('late')]
  let fail = (_: Error): void => {}
  const tokens = [
    () => Promise.reject(first),
    () => new Promise<string>((_, reject) => (fail = reject)),
    () => Promise.resolve('good'),
  ]
  let calls = 0
  const errors: unknown[] = []
  const ada = world.client('ada', {
    auth: () => tokens[calls++]?.() ?? 'good',
    onError: (error, context) => errors.push([error, context]),
  })
  void ada.chat.connect()
  await world.rest(17_000)
  expect(connection(ada).status).toBe('online')
  fail(late)
  await world.tick()
  expect(errors).toMatchObject([
    [first, { source: 'auth' }],
    [{ code: 'TIMEOUT' }, { source: 'auth' }],
    [late, { source: 'auth' }],
  ])
})

test('a token that the server does not take (a changed secret): auth() is asked once, and the fresh one is taken', async () => {
  const world = new World()
  const { auth, calls } = answers('of the old secret', 'of the new one')
  const ada = world.client('ada', { auth })
  ada.connection.refuseConnect = (token) => (token === 'of the new one' ? null : INVALID)
  const sent = ending(ada.room.send('hello'))
  void ada.chat.connect()
  await world.settle()
  expect([calls.length, connection(ada).status, sent.now()]).toEqual([2, 'online', 'resolved'])
})

test('only the same answer to a fresh token ends it: stopped with TOKEN_INVALID, and nothing is dialled any more', async () => {
  const world = new World()
  let no = 0
  const ada = world.client('ada', { auth: () => `token ${++no}` })
  ada.connection.refuseConnect = INVALID
  const connected = ending(ada.chat.connect())
  const opened = ending(ada.room.open())
  const sent = ending(ada.room.send('hello'))
  await world.rest(60_000)
  expect(ada.connection.tokens).toEqual(['token 1', 'token 2'])
  expect(connection(ada)).toMatchObject({ status: 'stopped', error: { code: 'TOKEN_INVALID' } })
  expect([connected, opened, sent].map((wait) => wait.now())).toEqual(Array(3).fill('TOKEN_INVALID'))
  expect(world.clock.timers()).toBe(0)
})

test('a lost connection between the two refusals does not restart the count', async () => {
  const world = new World()
  let no = 0
  const ada = world.client('ada', { auth: () => `token ${++no}` })
  const away: DownReason = { code: 'UNAVAILABLE', text: 'the key set', next: 'retry', reconnectInMs: 1_000 }
  let dials = 0
  ada.connection.refuseConnect = () => (++dials === 2 ? away : INVALID)
  void ada.chat.connect()
  await world.rest(10_000)
  expect(ada.connection.tokens).toEqual(['token 1', 'token 2', 'token 2'])
  expect(connection(ada)).toMatchObject({ status: 'stopped', error: { code: 'TOKEN_INVALID' } })
})

test('a token that the app keeps, and that is not valid yet, is tried again until it is', async () => {
  const world = new World()
  const { auth } = answers('kept')
  const ada = world.client('ada', { auth })
  ada.connection.refuseConnect = INVALID
  void ada.chat.connect()
  await world.rest(20_000)
  expect(connection(ada)).toMatchObject({ status: 'waiting', error: { code: 'TOKEN_INVALID' } })
  ada.connection.refuseConnect = null
  await world.rest(30_000)
  expect(connection(ada).status).toBe('online')
})

test('and not for ever: the tenth refusal of the very same token ends it', async () => {
  const world = new World()
  const { auth } = answers('never valid')
  const ada = world.client('ada', { auth })
  ada.connection.refuseConnect = INVALID
  void ada.chat.connect()
  await world.rest(300_000)
  expect(ada.connection.tokens).toHaveLength(10)
  expect(connection(ada)).toMatchObject({ status: 'stopped', error: { code: 'TOKEN_INVALID' } })
})

test('expired tokens are asked for again with back-off, and stop nothing: the next may be good', async () => {
  const world = new World()
  let no = 0
  const ada = world.client('ada', { auth: () => `token ${++no}` })
  ada.connection.refuseConnect = EXPIRED
  void ada.chat.connect()
  await world.rest(120_000)
  expect(connection(ada)).toMatchObject({ status: 'waiting', error: { code: 'TOKEN_EXPIRED' } })
  expect(ada.connection.tokens.length).toBeLessThan(15)
  ada.connection.refuseConnect = null
  await world.rest(30_000)
  expect(connection(ada).status).toBe('online')
})

test.each<[string, DownReason]>([
  ['TOKEN_INVALID', INVALID],
  ['TOKEN_EXPIRED', EXPIRED],
  ['UNAUTHENTICATED', { code: 'UNAUTHENTICATED', text: 'Not signed in', next: 'auth' }],
])('a fixed token that is refused with %s stops the client at once, with that code', async (code, reason) => {
  const world = new World()
  const ada = world.client('ada', { auth: 'fixed' })
  ada.connection.refuseConnect = reason
  const waits = [ada.chat.connect(), ada.room.open(), ada.room.send('hello'), ada.chat.listRooms()].map(
    ending,
  )
  await world.settle()
  expect(connection(ada)).toMatchObject({ status: 'stopped', error: { code } })
  expect(waits.map((wait) => wait.now())).toEqual(Array(4).fill(code))
  expect(ada.connection.tokens).toEqual(['fixed'])
  // As it was when the chat was stopped: the message itself is not lost, it is still shown.
  expect(ada.room.messages()).toMatchObject([{ content: 'hello' }])
})

test.each([
  ['empty', ''],
  ['null, as without types', null as unknown as string],
])('a fixed token that is %s stops the client at once, and is not shown to the server', async (_, auth) => {
  const world = new World()
  const ada = world.client('ada', { auth })
  const connected = ending(ada.chat.connect())
  await world.settle()
  expect(connection(ada)).toMatchObject({ status: 'stopped', error: { code: 'UNAUTHENTICATED' } })
  expect([connected.now(), ada.connection.tokens]).toEqual(['UNAUTHENTICATED', []])
})

test('without auth the client connects at once, and shows no token: the app signs in by a cookie', async () => {
  const world = new World()
  const ada = world.client('ada', { auth: undefined as unknown as string })
  await Promise.all([ada.chat.connect(), world.settle()])
  expect(ada.connection.tokens).toEqual([''])
})

test.each(['close', 'signOut'] as const)(
  '%s() while auth() is under way: its answer dials nothing, and no timer is left',
  async (end) => {
    const world = new World()
    const { auth, calls } = answers(HANG)
    const ada = world.client('ada', { auth })
    const connected = ending(ada.chat.connect())
    await world.tick()
    await ada.chat[end]()
    expect([connected.now(), world.clock.timers()]).toEqual(['ABORTED', 0])
    calls[0]?.answer('late')
    await world.rest(60_000)
    expect([calls.length, ada.connection.tokens, connection(ada).status]).toEqual([1, [], 'stopped'])
  },
)

test('a fresh token for a live connection that never comes: the client comes back all the same', async () => {
  const world = new World()
  const { auth, calls } = answers('first', HANG, 'third')
  const ada = await world.live('ada', { auth })
  ada.connection.deliver({ event: 'bye', payload: { reason: 'TOKEN_EXPIRED' } })
  await world.rest(4_000)
  ada.connection.cut(EXPIRED)
  await world.rest(13_000)
  expect([calls.length, connection(ada).status, ada.connection.tokens.at(-1)]).toEqual([3, 'online', 'third'])
})

test('a fresh token that the live connection refuses: the next connect asks for another one', async () => {
  const world = new World()
  const { auth, calls } = answers('first', 'second', 'third')
  const ada = await world.live('ada', { auth })
  world.server.refuse = (_user, event) =>
    event === 'refresh-token'
      ? { ok: false, error: 'not valid', code: 'TOKEN_INVALID', retry: 'never' }
      : undefined
  ada.connection.deliver({ event: 'bye', payload: { reason: 'TOKEN_EXPIRED' } })
  await world.settle()
  expect(calls.length).toBe(2)
  ada.connection.cut(EXPIRED)
  await world.rest(1_000)
  expect([ada.connection.tokens, connection(ada).status]).toEqual([['first', 'third'], 'online'])
})

test('a device that slept while auth() was under way is back soon after it has woken (P5)', async () => {
  const world = new World()
  const { environment, wake } = wakeable()
  const { auth, calls } = answers(HANG, 'good')
  const ada = world.client('ada', { auth, ports: { environment } })
  void ada.chat.connect()
  await world.tick()
  for (let i = 0; i < 4; i++) {
    wake('online')
    await world.rest(1_500)
  }
  expect([calls.length, connection(ada).status]).toEqual([2, 'online'])
})

test('a device that slept past its token is in again at once, with a fresh one', async () => {
  const world = new World()
  const { auth } = answers('of yesterday', 'of today')
  const ada = await world.live('ada', { auth })
  await world.rest(10_000)
  ada.connection.cut()
  ada.connection.refuseConnect = (token) => (token === 'of today' ? null : EXPIRED)
  await world.rest(500)
  expect([ada.connection.tokens, connection(ada).status]).toEqual([
    ['of yesterday', 'of yesterday', 'of today'],
    'online',
  ])
})
