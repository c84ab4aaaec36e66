import type { ChatServer } from '@roomful/server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Device, signIn, startServer } from './server-fixture'

// The numbers are those of the table of bad inputs in the reliability page.

let server: ChatServer
let ann: Device
let bob: Device
let ids = 0
const clientId = (): string => `client-id-${++ids}`
const draft = (more: object): object => ({ roomId: 'general', content: 'x', clientId: clientId(), ...more })
const send = (device: Device, more: object = {}) => device.ask('send-message', draft(more))
/** A send that must be accepted. */
const sent = async (device: Device, more: object = {}) =>
  (await device.do('send-message', draft(more))).message
const history = (more: object = {}) => ann.ask('fetch-history', { roomId: 'general', ...more })
const page = (more: object) => ann.do('fetch-history', { roomId: 'general', ...more })
/** Two refusals that must be indistinguishable, except for the id that names each in the log. */
const bytesOf = ({ requestId: _, ...rest }: Answer): string => JSON.stringify(rest)

beforeAll(async () => {
  server = await startServer({ limits: { sendsPerSecond: 0, eventsPerSecond: 0 } })
  ann = await signIn(server, 'ann')
  bob = await signIn(server, 'bob')
})
afterEach(async () => {
  expect(await ann.ask('join-rooms', { roomIds: ['general'] })).toMatchObject({ ok: true })
})
afterAll(() => server.close())

describe('ids', () => {
  test.each(['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty'])(
    '5, 6: roomId %s: ROOM_NOT_FOUND, and no prototype has changed',
    async (roomId) => {
      const missing = bytesOf(await send(ann, { roomId: 'no-such-room' }))
      expect(bytesOf(await send(ann, { roomId }))).toBe(missing)
      expect(await ann.ask('join-rooms', { roomIds: [roomId] })).toEqual({ ok: true, heads: {} })
      const rooms = JSON.parse(`{"${roomId}":{"rev":0,"minSeq":0,"maxSeq":0}}`)
      expect(await ann.ask('sync', { rooms })).toMatchObject({ ok: true, rooms: {} })
      expect(Reflect.get({}, 'rev')).toBeUndefined()
    },
  )

  test.each([['a b'], [''], ['x'.repeat(65)], ['../x'], [7], [null], [{}]])(
    'roomId %j is impossible: INVALID_PAYLOAD',
    async (roomId) =>
      expect(await send(ann, { roomId })).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'roomId' }),
  )

  test.each([['x'.repeat(60_000)], ['has spaces here'], [''], ['short'], ['käfig-käfig'], [12345678]])(
    '24: clientId %j: INVALID_PAYLOAD',
    async (id) =>
      expect(await send(ann, { clientId: id })).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'clientId' }),
  )

  test('21: the same clientId and content: the same row, duplicate', async () => {
    const id = clientId()
    const first = await send(ann, { content: 'once', clientId: id })
    const second = await send(ann, { content: 'once', clientId: id })
    expect(first.duplicate).toBeUndefined()
    expect(second).toEqual({ ...first, duplicate: true })
  })

  test('22: the same clientId and other content: CLIENT_ID_CONFLICT, the first row unchanged', async () => {
    const id = clientId()
    const first = await sent(ann, { content: 'first', clientId: id })
    expect(await send(ann, { content: 'second', clientId: id })).toMatchObject({ code: 'CLIENT_ID_CONFLICT' })
    expect((await page({ aroundSeq: first.seq, limit: 1 })).messages).toEqual([first])
  })

  test("23: another user's clientId: an independent message", async () => {
    const id = clientId()
    const mine = await sent(ann, { content: 'mine', clientId: id })
    const theirs = await sent(bob, { content: 'theirs', clientId: id })
    expect(theirs).toMatchObject({ content: 'theirs', seq: mine.seq + 1 })
  })

  test('25: two devices flush one item at the same moment: one row, both see it sent', async () => {
    const tab = await signIn(server, 'ann')
    const item = { content: 'both', clientId: clientId() }
    const payload = draft(item)
    const [one, two] = await Promise.all([ann.do('send-message', payload), tab.do('send-message', payload)])
    expect(one.message.id).toBe(two.message.id)
    expect([one, two].filter(({ duplicate }) => duplicate)).toHaveLength(1)
    tab.close()
  })
})

describe('content', () => {
  test.each([
    ['8: NUL', 'a\u0000b'],
    ['9: a lone surrogate', 'a\ud800b'],
    ['10: a byte order mark only', '\ufeff'],
    ['10: zero-width characters only', '\u200b\u200d\u2060'],
    ['10: spaces only', ' \n\t  '],
    ['10: nothing', ''],
  ])('%s: INVALID_CONTENT', async (_, content) => {
    expect(await send(ann, { content })).toMatchObject({
      code: 'INVALID_CONTENT',
      retry: 'never',
      field: 'content',
    })
  })

  test('11: 8,001 code points: CONTENT_TOO_LONG with the limit; 8,000 are accepted', async () => {
    const refusal = await send(ann, { content: '𝄞'.repeat(8_001) })
    expect(refusal).toMatchObject({ code: 'CONTENT_TOO_LONG', limit: 8_000 })
    expect(await send(ann, { content: '𝄞'.repeat(8_000) })).toMatchObject({ ok: true })
  })

  test.each([
    ['13: a family, combining marks, right to left', '👨‍👩‍👧‍👦 Z̸̪̋a̴l̵g̷o e\u0301 \u202eabc\u202c שלום'],
    ['13: line breaks and tabs', 'a\n\tb\n'],
    ['14: markup', '<img src=x onerror=alert(1)><script>1</script>'],
    ['15: a database command', "'; drop table messages; --"],
    ['15: templates', '{{7*7}} <%= 7 %> %s %n'],
  ])('%s: stored and returned byte for byte', async (_, content) => {
    expect((await sent(ann, { content })).content).toBe(content)
    expect((await page({ limit: 1 })).messages[0]?.content).toBe(content)
  })

  test.each([
    ['a key that reaches a prototype', '{"__proto__":{"admin":true}}'],
    ['one deep inside', '{"a":{"b":[{"constructor":1}]}}'],
    ['9 levels', '{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}'],
    ['an array', '[1]'],
    ['text', '"x"'],
    ['NUL', '{"a":"\\u0000"}'],
  ])('7: metadata with %s: INVALID_PAYLOAD', async (_, json) => {
    // As text in the frame: JavaScript cannot write an object with such a key.
    const refusal = await send(ann, { metadata: JSON.parse(json) })
    if (json.includes('1e400'))
      expect(refusal).toMatchObject({ ok: true, message: { metadata: { a: null } } })
    else expect(refusal).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'metadata' })
    expect(Reflect.get({}, 'admin')).toBeUndefined()
  })

  test.each(['system', 'System', '', 'x'.repeat(21), 'a b', 7])(
    'clients may not send type %j',
    async (type) => {
      expect(await send(ann, { type })).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'type' })
    },
  )
})

describe('numbers', () => {
  test.each([-1, 0, 1.5, '10', 1e9, 201, null])('17: limit %j: INVALID_PAYLOAD', async (limit) => {
    expect(await history({ limit })).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'limit' })
    expect(await ann.ask('list-rooms', { limit })).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'limit' })
  })

  test.each([-1, 1.5, '1', null, 2 ** 53, true])('18: seq %j: INVALID_PAYLOAD', async (seq) => {
    expect(await ann.ask('mark-read', { roomId: 'general', seq })).toMatchObject({ code: 'INVALID_PAYLOAD' })
    expect(await history({ afterSeq: seq })).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'afterSeq' })
  })

  test.each([2 ** 53 - 1, 1_000_000])('19, 20: afterSeq %j: an empty page and the head', async (afterSeq) => {
    const { lastSeq } = await page({ limit: 1 })
    const empty = await page({ afterSeq })
    expect(empty).toMatchObject({ messages: [], lastSeq })
    expect(empty.toSeq).toBeLessThan(empty.fromSeq)
  })

  test('two anchors at once: INVALID_PAYLOAD', async () => {
    expect(await history({ afterSeq: 1, beforeSeq: 9 })).toMatchObject({ code: 'INVALID_PAYLOAD' })
  })

  test('40: mark-read past the head is clamped to it; a lower one changes nothing', async () => {
    const { lastSeq } = await page({ limit: 1 })
    const mark = (seq: number) => ann.ask('mark-read', { roomId: 'general', seq })
    expect(await mark(lastSeq + 1_000)).toEqual({ ok: true, seq: lastSeq, unread: 0 })
    expect(await mark(1)).toEqual({ ok: true, seq: lastSeq, unread: 0 })
  })
})

describe('searches', () => {
  test('15, 16: commands and wildcards are text', async () => {
    await ann.ask('create-room', { name: '100% _real_ \\ room', type: 'public' })
    await ann.ask('create-room', { name: "'; drop table rooms; --", type: 'public' })
    const names = async (query: string): Promise<string[]> =>
      (await ann.do('list-rooms', { query })).rooms.map((room) => room.name)
    expect(await names('%')).toEqual(['100% _real_ \\ room'])
    expect(await names('_')).toEqual(['100% _real_ \\ room'])
    expect(await names('\\')).toEqual(['100% _real_ \\ room'])
    expect(await names("'; drop")).toEqual(["'; drop table rooms; --"])
    expect(await ann.ask('list-rooms', { query: 'x'.repeat(10_000) })).toMatchObject({
      code: 'INVALID_PAYLOAD',
    })
    expect(await ann.ask('list-rooms', { after: 'no-space-in-it' })).toMatchObject({
      code: 'INVALID_PAYLOAD',
    })
  })
})

describe('what belongs to others', () => {
  test('28, 29: a private room and no room are answered with the same bytes, for every request', async () => {
    const { room } = await bob.do('create-room', { name: 'Private', type: 'private' })
    const { id: messageId } = await sent(bob, { roomId: room.id })
    const asks: ((roomId: string) => Promise<Answer>)[] = [
      (roomId) => send(ann, { roomId }),
      (roomId) => ann.ask('fetch-history', { roomId }),
      (roomId) => ann.ask('mark-read', { roomId, seq: 1 }),
      (roomId) => ann.ask('typing', { roomId, typing: true }),
      (roomId) => ann.ask('fetch-members', { roomId }),
      (roomId) => ann.ask('add-member', { roomId }),
      (roomId) => ann.ask('add-member', { roomId, userId: 'bob' }),
      (roomId) => ann.ask('add-member', { roomId, userId: 'nobody' }),
      (roomId) => ann.ask('remove-member', { roomId, userId: 'bob' }),
      (roomId) => ann.ask('set-role', { roomId, userId: 'bob', role: 'member' }),
      (roomId) => ann.ask('ban-member', { roomId, userId: 'bob' }),
      (roomId) => ann.ask('update-room', { roomId, name: 'Mine' }),
      (roomId) => ann.ask('list-reports', { roomId }),
      (roomId) => ann.ask('fetch-audit', { roomId }),
    ]
    for (const ask of asks) {
      const hidden = await ask(room.id)
      expect(hidden).toMatchObject({ ok: false, code: 'ROOM_NOT_FOUND' })
      expect(bytesOf(hidden)).toBe(bytesOf(await ask('no-such-room')))
    }
    expect(await ann.ask('join-rooms', { roomIds: [room.id] })).toEqual({ ok: true, heads: {} })
    const cursor = { rev: 0, minSeq: 0, maxSeq: 0 }
    expect(await ann.ask('sync', { rooms: { [room.id]: cursor } })).toMatchObject({
      rooms: {},
      removed: [room.id],
    })

    // 31: so is its message.
    const onMessage: ((id: string) => Promise<Answer>)[] = [
      (id) => ann.ask('edit-message', { messageId: id, content: 'mine' }),
      (id) => ann.ask('edit-message', { messageId: id, content: 'mine', roomId: room.id }),
      (id) => ann.ask('delete-message', { messageId: id }),
      (id) => ann.ask('react-message', { messageId: id, emoji: '👍', op: 'add' }),
      (id) => ann.ask('report-message', { messageId: id }),
    ]
    for (const ask of onMessage) {
      const hidden = await ask(messageId)
      expect(hidden).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' })
      expect(bytesOf(hidden)).toBe(bytesOf(await ask('no-such-message')))
    }
  })

  test('31: another’s message, without the role: FORBIDDEN', async () => {
    const message = await sent(bob)
    const edit = { messageId: message.id, content: 'mine' }
    expect(await ann.ask('edit-message', edit)).toMatchObject({ code: 'FORBIDDEN' })
    expect(await ann.ask('delete-message', { messageId: message.id })).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('30: a send right behind a kick: ROOM_NOT_FOUND', async () => {
    const { room } = await bob.do('create-room', { name: 'Kick', type: 'public' })
    await ann.ask('add-member', { roomId: room.id })
    const kicked = bob.ask('remove-member', { roomId: room.id, userId: 'ann' })
    await kicked
    expect(await send(ann, { roomId: room.id })).toMatchObject({ code: 'ROOM_NOT_FOUND', retry: 'never' })
  })
})

describe('39: reactions', () => {
  test.each(['x'.repeat(10_000), '', ' ', 'a b', '\u0000', '\ud83d'])(
    'emoji %j: INVALID_PAYLOAD',
    async (emoji) => {
      const message = await sent(bob)
      const ask = { messageId: message.id, emoji, op: 'add' }
      expect(await ann.ask('react-message', ask)).toMatchObject({ code: 'INVALID_PAYLOAD', field: 'emoji' })
    },
  )

  test('the 51st emoji of one message: LIMIT_EXCEEDED', async () => {
    const message = await sent(bob)
    const react = (n: number) =>
      ann.ask('react-message', {
        messageId: message.id,
        emoji: String.fromCodePoint(0x1f400 + n),
        op: 'add',
      })
    for (let n = 1; n <= 50; n++) expect(await react(n)).toMatchObject({ ok: true })
    expect(await react(51)).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 50 })
    expect(await react(1)).toMatchObject({ ok: true })
  })
})
