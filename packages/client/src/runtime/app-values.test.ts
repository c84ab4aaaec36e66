import type { ClientEvent, Metadata } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { memoryStore } from '../adapters/memory-store'
import type { MessageDraftInput } from '../room'
import { addMessage } from '../test-support/model-room'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './presence-hub'

/** What an app written without types hands in. */
const untyped = <T>(value: unknown): T => value as T

const cycle: { self?: object } = {}
cycle.self = cycle

const UNUSABLE: [string, unknown, string][] = [
  ['a BigInt', { order: { n: 1n } }, 'metadata.order.n'],
  ['a cycle', cycle, 'metadata.self'],
  ['a function', { onClick: () => 1 }, 'metadata.onClick'],
  ['an instance of a class', { poll: new (class Poll {})() }, 'metadata.poll'],
  ['NaN', { n: Number.NaN }, 'metadata.n'],
  [
    'a getter that throws',
    {
      get n() {
        throw new Error('no')
      },
    },
    'metadata.n',
  ],
]

const shown = ({ room }: TestClient) => room.messages().map(({ content, status }) => `${content}: ${status}`)
const delivered = ({ server }: World, room = ROOM) => server.room(room).messages.map(({ content }) => content)

const twoRooms = (): World => {
  const world = new World()
  world.server.addRoom('other', ['ada', 'bob'])
  return world
}

describe('metadata', () => {
  test.each(UNUSABLE)(
    'with %s fails that one message, with the path; all others are sent, before and after a reload',
    async (_what, metadata, field) => {
      const world = twoRooms()
      const disk = memoryStore()
      const ada = await world.live('ada', { storage: disk })
      const sent = ada.room.send({ content: 'odd', metadata: untyped(metadata) })
      const others = [ada.room.send('same room'), ada.chat.room('other').send('other room')]
      await world.rest(2_000)
      await expect(sent).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', retry: 'never', field })
      await Promise.all(others)
      expect(shown(ada)).toEqual(['same room: sent', 'odd: failed'])
      await ada.chat.close()

      const next = await world.live('ada', { storage: disk })
      expect(next.room.messages().at(-1)).toMatchObject({
        content: 'odd',
        status: 'failed',
        error: { code: 'INVALID_PAYLOAD', field },
      })
      void next.room.send('after')
      await world.rest(2_000)
      expect(delivered(world)).toEqual(['same room', 'after'])
      expect(delivered(world, 'other')).toEqual(['other room'])
      expect(next.room.cancel(sent.clientId)).toBe(true)
      await world.rest(2_000)
      expect(shown(next)).toEqual(['same room: sent', 'after: sent'])
    },
  )

  test('that was unusable is not left out on a retry: the message stays failed, with its text, until it is cancelled', async () => {
    const world = twoRooms()
    const disk = memoryStore()
    const before = await world.live('ada', { storage: disk })
    const { clientId } = before.room.send({ content: 'odd', metadata: untyped({ n: 1n }) })
    const retried = async (ada: TestClient): Promise<void> => {
      ada.room.retry(clientId)
      await world.rest(2_000)
      expect(shown(ada)).toEqual(['odd: failed'])
    }
    await retried(before)
    await before.chat.close()
    const after = await world.live('ada', { storage: disk })
    await retried(after)
    expect(delivered(world)).toEqual([])
  })

  test('behind a Proxy (Vue, MobX, immer) is copied: it is sent, kept offline, and shown as plain data', async () => {
    const world = twoRooms()
    const disk = memoryStore()
    const ada = await world.live('ada', { storage: disk })
    ada.line.cut()
    ada.line.silent = true
    const metadata: Metadata = new Proxy({ order: new Proxy({ n: 7 }, {}) }, {})
    void ada.room.send({ content: 'reactive', metadata })
    expect(structuredClone(ada.room.messages())).toMatchObject([{ metadata: { order: { n: 7 } } }])
    await world.rest(2_000)
    await ada.chat.close()
    world.clients.length = 0
    await world.live('ada', { storage: disk })
    await world.rest()
    expect(world.server.room(ROOM).messages).toMatchObject([{ metadata: { order: { n: 7 } } }])
  })

  test('that the app changes after the call is sent as it was, and what is shown cannot be changed', async () => {
    const world = twoRooms()
    const ada = await world.live('ada')
    const metadata = { lines: [{ n: 1 }], at: new Date(0) }
    const sent = ada.room.send({ content: 'order', metadata: untyped(metadata) })
    metadata.lines[0] = { n: 2 }
    metadata.lines.push({ n: 3 })
    const [message] = ada.room.messages()
    expect(() => Object.assign(message?.metadata ?? {}, { n: 1n })).toThrow(TypeError)
    await world.rest(2_000)
    const kept = { lines: [{ n: 1 }], at: '1970-01-01T00:00:00.000Z' }
    expect((await sent).metadata).toEqual(kept)
    expect(world.server.room(ROOM).messages).toMatchObject([{ metadata: kept }])
  })
})

describe('a draft', () => {
  const odd: [string, unknown, string, string][] = [
    ['null', null, 'content', ''],
    ['a number', 5, 'content', ''],
    ['content that is no text', { content: 5 }, 'content', ''],
    ['content that is blank for it is missing', {}, 'content', ''],
    ['a type that is no text', { content: 'kept', type: () => 'text' }, 'type', 'kept'],
    ['a replyTo that is no text', { content: 'kept', replyTo: { id: 1n } }, 'replyTo', 'kept'],
    ['a list for metadata', { content: 'kept', metadata: [] }, 'metadata', 'kept'],
    ['null for metadata', { content: 'kept', metadata: null }, 'metadata', 'kept'],
    [
      'a field that throws when it is read',
      {
        content: 'kept',
        get type() {
          throw new Error('no')
        },
      },
      'type',
      'kept',
    ],
  ]
  test.each(odd)(
    'that is or has %s is refused, never thrown, and blocks nothing',
    async (_what, draft, field, content) => {
      const world = twoRooms()
      const ada = await world.live('ada', { storage: memoryStore() })
      const sent = ada.room.send(untyped<MessageDraftInput>(draft))
      const other = ada.room.send('fine')
      await world.rest(2_000)
      await expect(sent).rejects.toMatchObject({ retry: 'never', field })
      await other
      expect(shown(ada)).toEqual(['fine: sent', `${content}: failed`])
    },
  )

  test('may say `replyTo: null`', async () => {
    const world = twoRooms()
    const ada = await world.live('ada')
    void ada.room.send(untyped<MessageDraftInput>({ content: 'plain', replyTo: null }))
    await world.rest(2_000)
    expect(world.server.room(ROOM).messages).toMatchObject([
      { content: 'plain', type: 'text', replyTo: null },
    ])
  })
})

test('an edit, delete or reaction with a value that is no text rejects with its name, and blocks nothing', async () => {
  const world = twoRooms()
  addMessage(world.server.room(ROOM), 'bob', { content: 'old' })
  const ada = await world.live('ada', { storage: memoryStore() })
  const id = ada.room.messages()[0]?.id ?? ''
  const odd = untyped<string>({ n: 1n })
  const calls: [Promise<void>, string][] = [
    [ada.room.edit(odd, 'text'), 'messageId'],
    [ada.room.edit(id, odd), 'content'],
    [ada.room.delete(odd), 'messageId'],
    [ada.room.react(odd, '👍', 'add'), 'messageId'],
    [ada.room.react(id, odd, 'add'), 'emoji'],
    [
      ada.room.react(
        id,
        '👍',
        untyped(() => 'add'),
      ),
      'op',
    ],
  ]
  ada.room.retry(odd)
  expect(ada.room.cancel(odd)).toBe(false)
  for (const [call, field] of calls)
    await expect(call).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field })
  void ada.room.send('fine')
  await world.rest(2_000)
  expect(shown(ada)).toEqual(['old: sent', 'fine: sent'])
})

test('a draft, a read or a typing signal of another kind changes nothing, and the room is there after a reload', async () => {
  const world = twoRooms()
  addMessage(world.server.room(ROOM), 'bob', { content: 'old' })
  const disk = memoryStore()
  const ada = await world.live('ada', { storage: disk })
  ada.room.setDraft('half a thought')
  for (const odd of [() => 1, 1n, Number.NaN, Symbol('x'), null, {}, '1']) {
    if (typeof odd !== 'string') ada.room.setDraft(untyped(odd))
    ada.room.markRead(untyped(odd ?? Number.NaN))
    ada.room.setTyping(untyped(odd))
  }
  await world.rest(2_000)
  expect(ada.room.getState()).toMatchObject({ draft: 'half a thought', unread: 1, lastReadSeq: 0 })
  for (const { event, payload } of ada.line.served)
    if (event === 'typing') expect(payload).toEqual({ roomId: ROOM, typing: expect.any(Boolean) })
  await ada.chat.close()
  const next = await world.live('ada', { storage: disk })
  expect(next.room.getState()).toMatchObject({ draft: 'half a thought', unread: 1 })
  next.room.markRead(1.7)
  await world.rest(2_000)
  expect(next.room.getState().lastReadSeq).toBe(1)
})

test('a room by a number is the room of that name', async () => {
  const world = twoRooms()
  world.server.addRoom('42', ['ada'])
  const ada = await world.live('ada')
  const room = ada.chat.room(untyped(42))
  expect(room).toBe(ada.chat.room('42'))
  void room.send('by number')
  await world.rest(2_000)
  expect(delivered(world, '42')).toEqual(['by number'])
})

describe('a request', () => {
  test('takes its payload as it is at the call, Proxies and all', async () => {
    const world = twoRooms()
    const ada = await world.live('ada')
    const messages = [new Proxy({ clientId: 'mine-000001', content: 'as it was', metadata: { n: 1 } }, {})]
    const request = ada.chat.request(
      'send-messages',
      untyped({ roomId: ROOM, messages: new Proxy(messages, {}) }),
    )
    messages.length = 0
    await world.rest(2_000)
    await request
    expect(world.server.room(ROOM).messages).toMatchObject([{ content: 'as it was', metadata: { n: 1 } }])
  })

  test.each<[string, (ada: TestClient) => Promise<unknown>, object]>([
    [
      'metadata that is no JSON',
      ({ chat }) => chat.createRoom({ name: 'r', type: 'public', metadata: untyped({ a: [{ n: 1n }] }) }),
      { code: 'INVALID_PAYLOAD', field: 'metadata.a.0.n' },
    ],
    [
      'metadata past its limit',
      ({ chat }) => chat.createRoom({ name: 'r', type: 'public', metadata: { a: 'x'.repeat(5_000) } }),
      { code: 'INVALID_PAYLOAD', field: 'metadata.a', limit: 4_096 },
    ],
    ['no payload', ({ chat }) => chat.createRoom(untyped(null)), { code: 'INVALID_PAYLOAD', field: '' }],
    [
      'a cycle',
      ({ chat }) => chat.openDm(untyped([cycle])),
      { code: 'INVALID_PAYLOAD', field: 'userIds.0.self' },
    ],
    [
      'a function',
      ({ chat }) => chat.joinRoom(untyped(() => ROOM)),
      { code: 'INVALID_PAYLOAD', field: 'roomId' },
    ],
    [
      'a symbol',
      ({ chat }) => chat.leaveRoom(untyped(Symbol('r'))),
      { code: 'INVALID_PAYLOAD', field: 'roomId' },
    ],
    [
      'a wrong shape',
      ({ chat }) => chat.listRooms(untyped({ limit: 'all' })),
      { code: 'INVALID_PAYLOAD', field: 'limit' },
    ],
    [
      'more than a frame',
      ({ chat }) => chat.request('send-message', untyped({ content: 'x'.repeat(70_000) })),
      { code: 'PAYLOAD_TOO_LARGE', field: 'content', limit: 65_536 },
    ],
    [
      'an event that there is not',
      ({ chat }) => chat.request(untyped<ClientEvent>('no-such-event'), untyped({})),
      { code: 'UNKNOWN_EVENT' },
    ],
    [
      'an event that is no text',
      ({ chat }) =>
        chat.request(
          untyped<ClientEvent>(() => 1),
          untyped({}),
        ),
      { code: 'UNKNOWN_EVENT' },
    ],
  ])('with %s rejects, and says where', async (_what, call, error) => {
    const world = twoRooms()
    const ada = await world.live('ada')
    const request = call(ada)
    request.catch(() => {})
    await world.rest(2_000)
    await expect(request).rejects.toMatchObject({ retry: 'never', ...error })
  })
})

describe('presence', () => {
  test('of what are no user ids fails that watch alone', async () => {
    const world = twoRooms()
    world.server.present.set('bob', 'online')
    const ada = await world.live('ada')
    const odd: [unknown, string][] = [
      [[1n], 'userIds.0'],
      [['bob', 'not an id'], 'userIds.1'],
      [null, 'userIds'],
    ]
    for (const [ids, field] of odd) {
      const watch = ada.chat.presence(untyped(ids))
      watch.subscribe(() => {})
      expect(watch.getState()).toMatchObject({ error: { code: 'INVALID_PAYLOAD', field } })
    }
    const ids = ['bob']
    const watch = ada.chat.presence(ids)
    ids[0] = 'not an id'
    watch.subscribe(() => {})
    await expect(ada.chat.setPresence(untyped('busy'))).rejects.toMatchObject({ field: 'status' })
    await world.rest(2_000)
    expect(watch.getState()).toMatchObject({ error: null })
    expect(watch.getState().users.get('bob')?.status).toBe('online')
  })
})
