import type { ClientEvent, Metadata } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import type { MessageDraftInput, Room } from '../room'
import { ROOM, type TwoPeople, texts, twoPeople } from '../test-support/two-people'
// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './presence-hub'

/** Values from an app without types. */
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

const shown = (room: Room) => room.messages().map(({ content, status }) => `${content}: ${status}`)

/** A second room, and what bob has of it. */
async function twoRooms(history = 0) {
  const scene = await twoPeople({ rooms: [ROOM, 'other'], history })
  const other = scene.world.clients.bob.room('other')
  void other.open()
  await scene.world.settle()
  /** Ada's program starts again, from its disk. */
  const reload = async (): Promise<Room> => {
    await scene.world.reload('ada')
    const room = scene.world.clients.ada.room(ROOM)
    void room.open()
    await scene.world.settle()
    return room
  }
  return { ...scene, other, reload }
}

describe('metadata', () => {
  test.each(UNUSABLE)(
    'with %s fails that one message, with the path; all others are sent, before and after a reload',
    async (_what, metadata, field) => {
      const { world, chat, ada, bob, other, reload } = await twoRooms()
      const sent = ada.send({ content: 'odd', metadata: untyped(metadata) })
      const others = [ada.send('same room'), chat.room('other').send('other room')]
      await world.settle()
      await expect(sent).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', retry: 'never', field })
      await Promise.all(others)
      expect(shown(ada)).toEqual(['same room: sent', 'odd: failed'])
      const next = await reload()
      expect(next.messages().at(-1)).toMatchObject({
        content: 'odd',
        status: 'failed',
        error: { code: 'INVALID_PAYLOAD', field },
      })
      void next.send('after')
      await world.settle()
      expect(texts(bob)).toEqual(['same room', 'after'])
      expect(texts(other)).toEqual(['other room'])
      expect(next.cancel(sent.clientId)).toBe(true)
      await world.settle()
      expect(shown(next)).toEqual(['same room: sent', 'after: sent'])
    },
  )

  test('that was unusable is not left out on a retry: the message stays failed, with its text, until it is cancelled', async () => {
    const { world, ada, bob, reload } = await twoRooms()
    const { clientId } = ada.send({ content: 'odd', metadata: untyped({ n: 1n }) })
    const retried = async (ada: Room): Promise<void> => {
      ada.retry(clientId)
      await world.settle()
      expect(shown(ada)).toEqual(['odd: failed'])
    }
    await retried(ada)
    const after = await reload()
    await retried(after)
    expect(texts(bob)).toEqual([])
  })

  test('behind a Proxy (Vue, MobX, immer) is copied: it is sent, kept offline, and shown as plain data', async () => {
    const { world, ada, bob } = await twoRooms()
    const heal = world.faults.partition({ user: 'ada' })
    const metadata: Metadata = new Proxy({ order: new Proxy({ n: 7 }, {}) }, {})
    void ada.send({ content: 'reactive', metadata })
    expect(structuredClone(ada.messages())).toMatchObject([{ metadata: { order: { n: 7 } } }])
    await world.settle()
    await world.reload('ada')
    heal()
    await world.expectConverged()
    expect(bob.messages()).toMatchObject([{ metadata: { order: { n: 7 } } }])
  })

  test('that the app changes after the call is sent as it was, and what is shown cannot be changed', async () => {
    const { world, ada, bob } = await twoRooms()
    const metadata = { lines: [{ n: 1 }], at: new Date(0) }
    const sent = ada.send({ content: 'order', metadata: untyped(metadata) })
    metadata.lines[0] = { n: 2 }
    metadata.lines.push({ n: 3 })
    const [message] = ada.messages()
    expect(() => Object.assign(message?.metadata ?? {}, { n: 1n })).toThrow(TypeError)
    await world.settle()
    const kept = { lines: [{ n: 1 }], at: '1970-01-01T00:00:00.000Z' }
    expect((await sent).metadata).toEqual(kept)
    expect(bob.messages()).toMatchObject([{ metadata: kept }])
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
      const { world, ada } = await twoRooms()
      const sent = ada.send(untyped<MessageDraftInput>(draft))
      const fine = ada.send('fine')
      await world.settle()
      await expect(sent).rejects.toMatchObject({ retry: 'never', field })
      await fine
      expect(shown(ada)).toEqual(['fine: sent', `${content}: failed`])
    },
  )

  test('may have `replyTo: null`', async () => {
    const { world, ada, bob } = await twoRooms()
    void ada.send(untyped<MessageDraftInput>({ content: 'plain', replyTo: null }))
    await world.settle()
    expect(bob.messages()).toMatchObject([{ content: 'plain', type: 'text', replyTo: null }])
  })
})

test('an edit, delete or reaction with a value that is no text rejects with its name, and blocks nothing', async () => {
  const { world, ada } = await twoRooms(1)
  const id = ada.messages()[0]?.id ?? ''
  const odd = untyped<string>({ n: 1n })
  const calls: [Promise<void>, string][] = [
    [ada.edit(odd, 'text'), 'messageId'],
    [ada.edit(id, odd), 'content'],
    [ada.delete(odd), 'messageId'],
    [ada.react(odd, '👍', 'add'), 'messageId'],
    [ada.react(id, odd, 'add'), 'emoji'],
    [
      ada.react(
        id,
        '👍',
        untyped(() => 'add'),
      ),
      'op',
    ],
  ]
  ada.retry(odd)
  expect(ada.cancel(odd)).toBe(false)
  for (const [call, field] of calls)
    await expect(call).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field })
  void ada.send('fine')
  await world.settle()
  expect(shown(ada)).toEqual(['text 1: sent', 'fine: sent'])
})

test('a draft, a read or a typing signal of another kind changes nothing, and the room is there after a reload', async () => {
  const { world, ada, reload } = await twoRooms(1)
  ada.setDraft('half a thought')
  for (const odd of [() => 1, 1n, Number.NaN, Symbol('x'), null, {}, '1']) {
    if (typeof odd !== 'string') ada.setDraft(untyped(odd))
    ada.markRead(untyped(odd ?? Number.NaN))
    ada.setTyping(untyped(odd))
  }
  await world.settle()
  expect(ada.getState()).toMatchObject({ draft: 'half a thought', unread: 1, lastReadSeq: 0 })
  for (const { event, payload } of world.requests('ada'))
    if (event === 'typing') expect(payload).toEqual({ roomId: ROOM, typing: expect.any(Boolean) })
  const next = await reload()
  expect(next.getState()).toMatchObject({ draft: 'half a thought', unread: 1 })
  next.markRead(1.7)
  await world.settle()
  expect(next.getState().lastReadSeq).toBe(1)
})

test('a room by a number is the room of that name', async () => {
  const { world, chat } = await twoPeople({ rooms: [ROOM, '42'] })
  const theirs = world.clients.bob.room('42')
  void theirs.open()
  const room = chat.room(untyped(42))
  expect(room).toBe(chat.room('42'))
  void room.send('by number')
  await world.settle()
  expect(texts(theirs)).toEqual(['by number'])
})

describe('a request', () => {
  test('takes its payload as it is at the call, Proxies and all', async () => {
    const { world, chat } = await twoPeople()
    const metadata = { lines: [{ n: 1 }] }
    const payload = { name: 'new', type: 'public' as const, metadata: new Proxy(metadata, {}) }
    const request = chat.request('create-room', new Proxy(payload, {}))
    metadata.lines.length = 0
    await world.settle()
    expect((await request).room.metadata).toEqual({ lines: [{ n: 1 }] })
  })

  test.each<[string, (scene: TwoPeople) => Promise<unknown>, object]>([
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
  ])('with %s rejects, with the path', async (_what, call, error) => {
    const scene = await twoRooms()
    const { world } = scene
    const request = call(scene)
    request.catch(() => {})
    await world.settle()
    await expect(request).rejects.toMatchObject({ retry: 'never', ...error })
  })
})

describe('presence', () => {
  test('of what are no user ids fails that watch alone', async () => {
    const { world, chat } = await twoRooms()
    const odd: [unknown, string][] = [
      [[1n], 'userIds.0'],
      [['bob', 'not an id'], 'userIds.1'],
      [null, 'userIds'],
    ]
    for (const [ids, field] of odd) {
      const watch = chat.presence(untyped(ids))
      watch.subscribe(() => {})
      expect(watch.getState()).toMatchObject({ error: { code: 'INVALID_PAYLOAD', field } })
    }
    const ids = ['bob']
    const watch = chat.presence(ids)
    ids[0] = 'not an id'
    watch.subscribe(() => {})
    await expect(chat.setPresence(untyped('busy'))).rejects.toMatchObject({ field: 'status' })
    await world.settle()
    expect(watch.getState()).toMatchObject({ error: null })
    expect(watch.getState().users.get('bob')?.status).toBe('online')
  })
})
