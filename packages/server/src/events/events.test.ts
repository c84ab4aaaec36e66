import { describe, expect, test } from 'vitest'
import { type ChatEvent, EVENT_TYPES, type EventType } from '../core/chat-event'
import { makeDefaultRooms } from '../node/default-rooms'
import { flushPromises, ManualClock, testNode } from '../node/test-node'
import { createMemoryStore } from '../stores/memory/memory-store'
import type { WebhookEndpoint } from './endpoint'
import { EventLog } from './event-log'
import { LooseEvents } from './loose-events'

const secrets = [`whsec_${Buffer.alloc(32, 7).toString('base64')}`]
const endpointOf = (more: Partial<WebhookEndpoint> = {}): WebhookEndpoint => ({
  ...{ id: 'app', url: 'https://app.example.com/', secrets, ...more },
})

/** A node whose events are heard and kept. */
function eventfulNode(endpoints: readonly WebhookEndpoint[] = [endpointOf()]) {
  const clock = new ManualClock()
  const store = createMemoryStore({ epoch: 'epoch-1', now: clock.now })
  const errors: string[] = []
  const log = { debug() {}, info() {}, warn() {}, error: (_: object, text: string) => void errors.push(text) }
  let drawn = 0
  const events = new EventLog({ endpoints, ids: { uuid: () => `event-${++drawn}` }, log })
  const loose = new LooseEvents({ events, outbox: store.outbox, clock, log })
  const made = testNode({
    ...{ clock, store, invitations: 'consent' },
    events: {
      log: events,
      onConnection: (userId, isConnected, at) =>
        loose.note({ type: isConnected ? 'user.connected' : 'user.disconnected', at, data: { userId } }),
    },
  })
  const heard: ChatEvent[] = []
  const hear = (types: readonly EventType[] = EVENT_TYPES): void => {
    for (const type of types) events.on(type, (event) => void heard.push(event))
  }
  const kept = async (endpoint = 'app') => {
    await clock.pass(200)
    return (await store.outbox.oldest(endpoint, { limit: 1_000 })).map(
      ({ body }): ChatEvent => JSON.parse(body),
    )
  }
  return { ...made, store, events, heard, hear, kept, errors, loose }
}

const typesOf = (events: readonly ChatEvent[]): string[] => events.map(({ type }) => type)

const idOf = (answer: Record<string, unknown>, field: 'room' | 'message'): string => {
  const row = answer[field]
  if (typeof row !== 'object' || row === null || !('id' in row))
    throw new Error(`no ${field}: ${answer.code}`)
  return String(row.id)
}

describe('events', () => {
  async function company(more: Parameters<typeof eventfulNode>[0] = undefined) {
    const made = eventfulNode(more)
    const [ann, bob] = [await made.device('ann'), await made.device('bob')]
    const roomId = idOf(await ann.ask('create-room', { name: 'Room', type: 'public' }), 'room')
    await bob.ask('add-member', { roomId })
    made.hear()
    return { ...made, ann, bob, roomId }
  }

  test('of users: seen for the first time, connected, disconnected after a while', async () => {
    const { device, hear, heard, kept, clock } = eventfulNode()
    hear()
    const phone = await device('ann')
    const laptop = await device('ann')
    phone.close()
    await clock.pass(10_000)
    expect(typesOf(heard)).toEqual(['user.first_seen', 'user.connected'])
    laptop.close()
    await clock.pass(4_000)
    const again = await device('ann')
    await clock.pass(10_000)
    expect(heard).toHaveLength(2)
    again.close()
    await clock.pass(10_000)
    expect(heard.map(({ type, data }) => [type, data])).toEqual([
      ['user.first_seen', { user: { id: 'ann', name: 'ann' } }],
      ['user.connected', { userId: 'ann' }],
      ['user.disconnected', { userId: 'ann' }],
    ])
    expect(await kept()).toEqual(heard)
  })

  test('of a room and its members', async () => {
    const { device, hear, heard, kept } = eventfulNode()
    const [ann, bob, mod] = [await device('ann'), await device('bob'), await device('mod?admin=1')]
    hear()
    const roomId = idOf(await ann.ask('create-room', { name: 'Room', type: 'public' }), 'room')
    await bob.ask('add-member', { roomId })
    await bob.ask('add-member', { roomId })
    await ann.ask('set-role', { roomId, userId: 'bob', role: 'admin' })
    await ann.ask('update-room', { roomId, name: 'Other' })
    await ann.ask('mute-member', { roomId, userId: 'bob', until: '2026-02-01T00:00:00.000Z' })
    await bob.ask('remove-member', { roomId })
    await bob.ask('add-member', { roomId })
    await ann.ask('ban-member', { roomId, userId: 'bob', reason: 'spam' })
    await mod.ask('delete-room', { roomId })
    const acts = heard.filter(({ type }) => type !== 'message.sent')
    expect(typesOf(acts)).toEqual([
      ...['room.created', 'member.joined', 'member.joined', 'member.role', 'room.changed'],
      ...['member.left', 'member.joined', 'member.kicked', 'room.deleted'],
    ])
    expect(acts[2]?.data).toMatchObject({ member: { roomId, userId: 'bob' }, by: 'bob' })
    expect(acts[3]?.data).toMatchObject({ member: { role: 'admin' }, by: 'ann' })
    expect(acts[4]?.data).toMatchObject({ room: { id: roomId, name: 'Other' }, by: 'ann' })
    expect(acts[7]?.data).toMatchObject({ member: { removed: 'banned' }, by: 'ann', reason: 'spam' })
    expect(acts[8]?.data).toEqual({ roomId, by: 'mod' })
    const rows = (await kept()).filter(({ type }) => !type.startsWith('user.'))
    expect(rows).toEqual(heard)
    // The server's own messages are in the room too.
    expect(heard.filter(({ type }) => type === 'message.sent').length).toBeGreaterThan(0)
  })

  test('of messages: each act once, however often it is repeated', async () => {
    const { ann, bob, roomId, heard, kept } = await company()
    const send = { roomId, content: 'hi', clientId: 'client-0001' }
    const messageId = idOf(await ann.ask('send-message', send), 'message')
    const acts = [
      ['send-message', send],
      ['edit-message', { messageId, content: 'hello' }],
      ['edit-message', { messageId, content: 'hello' }],
      ['pin-message', { messageId, op: 'add' }],
      ['report-message', { messageId, reason: 'rude' }],
      ['report-message', { messageId, reason: 'rude' }],
    ] as const
    for (const [event, payload] of acts) await ann.ask(event, payload)
    for (const op of ['add', 'add', 'remove']) await bob.ask('react-message', { messageId, emoji: '👍', op })
    await ann.ask('delete-message', { messageId })
    await ann.ask('delete-message', { messageId })
    expect(typesOf(heard)).toEqual([
      ...['message.sent', 'message.edited', 'message.pinned', 'report.made'],
      ...['message.reacted', 'message.reacted', 'message.deleted'],
    ])
    expect(heard[1]?.data).toMatchObject({ message: { id: messageId, content: 'hello' }, by: 'ann' })
    expect(heard[3]?.data).toMatchObject({ report: { roomId, messageId, reporterId: 'ann', reason: 'rude' } })
    expect(heard[4]?.data).toMatchObject({ by: 'bob', emoji: '👍', op: 'add' })
    expect(heard[5]?.data).toMatchObject({ by: 'bob', emoji: '👍', op: 'remove' })
    expect(heard[6]?.data).toMatchObject({
      message: { id: messageId, content: '', deleted: true },
      by: 'ann',
    })
    const rows = (await kept()).filter(({ type }) => !type.startsWith('user.'))
    expect(rows.slice(-7)).toEqual(heard)
    expect(new Set(heard.map(({ id }) => id)).size).toBe(7)
  })

  test('of a message that grows: that it begins and how it ends, not what is written in between', async () => {
    const { ann, roomId, heard, kept, clock } = await company([
      endpointOf({ types: ['message.sent', 'message.edited'] }),
    ])
    const before = (await kept()).length
    const opened = { roomId, content: '', stream: true, clientId: 'client-0001' }
    const messageId = idOf(await ann.ask('send-message', opened), 'message')
    const write = async (content: string, state = 'streaming', run = 0) =>
      expect(await ann.ask('write-stream', { roomId, messageId, run, content, state })).toMatchObject({
        ok: true,
      })
    let text = ''
    for (let second = 0; second < 3; second++) {
      for (const word of ['a ', 'b ', 'c ']) {
        const deltas = [{ roomId, messageId, run: 0, offset: text.length, text: word }]
        expect(await ann.ask('message-delta', { deltas })).toEqual({ ok: true, refused: [] })
        text += word
        await clock.pass(300)
      }
      await write(text)
    }
    await write(text, 'interrupted')
    await ann.ask('resume-stream', { roomId, messageId })
    await write(`${text}d`, 'streaming', 1)
    await write(`${text}d`, 'finished', 1)
    const messages = heard.flatMap(({ type, data }) => ('message' in data ? [[type, data.message]] : []))
    expect(messages).toMatchObject([
      ['message.sent', { id: messageId, content: '', stream: { state: 'streaming' } }],
      ['message.edited', { id: messageId, content: text, stream: { state: 'interrupted' } }],
      ['message.edited', { id: messageId, content: `${text}d`, stream: { state: 'finished' } }],
    ])
    expect((await kept()).slice(before)).toEqual(heard)
  })

  test('of invitations: that they are made, and that they are accepted', async () => {
    const { ann, device, heard } = await company()
    const cid = await device('cid')
    const roomId = idOf(await ann.ask('create-room', { name: 'Secret', type: 'private' }), 'room')
    heard.length = 0
    await ann.ask('add-member', { roomId, userId: 'cid' })
    await ann.ask('add-member', { roomId, userId: 'unknown' })
    await cid.ask('accept-invitation', { roomId })
    expect(typesOf(heard)).toEqual(['member.invited', 'member.invited', 'member.joined', 'message.sent'])
    expect(heard[0]?.data).toEqual({ roomId, userId: 'cid', by: 'ann' })
    expect(heard[2]?.data).toMatchObject({ member: { userId: 'cid' }, by: 'cid' })
  })

  test('a refused act is no event', async () => {
    const { bob, roomId, heard, kept } = await company()
    const before = (await kept()).length
    expect(await bob.ask('update-room', { roomId, name: 'Mine' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await bob.ask('delete-message', { messageId: 'unknown' })).toMatchObject({ ok: false })
    expect(heard).toEqual([])
    expect(await kept()).toHaveLength(before)
  })

  test('of an ephemeral room go to listeners, and are kept nowhere', async () => {
    const { ann, heard, kept } = await company()
    const before = (await kept()).length
    const roomId = idOf(await ann.ask('create-room', { name: 'Now', type: 'ephemeral' }), 'room')
    await ann.ask('send-message', { roomId, content: 'hi', clientId: 'client-0001' })
    expect(typesOf(heard)).toEqual(['room.created', 'member.joined', 'message.sent'])
    expect(await kept()).toHaveLength(before)
  })

  test('each endpoint gets the types and rooms that it wants', async () => {
    const made = await company([
      endpointOf({ id: 'all' }),
      endpointOf({ id: 'edits', types: ['message.edited', 'room.deleted'] }),
      endpointOf({ id: 'one-room', rooms: ['id-00000003'] }),
      endpointOf({ id: 'no-room', rooms: [] }),
    ])
    const { ann, roomId, kept } = made
    expect(roomId).toBe('id-00000003')
    const other = idOf(await ann.ask('create-room', { name: 'Other', type: 'public' }), 'room')
    for (const id of [roomId, other]) {
      const send = { roomId: id, content: 'hi', clientId: `client-${id}` }
      const messageId = idOf(await ann.ask('send-message', send), 'message')
      await ann.ask('edit-message', { messageId, content: 'hello' })
    }
    const all = await kept('all')
    expect(typesOf(await kept('edits'))).toEqual(['message.edited', 'message.edited'])
    const ofRoom = all.filter(({ data }) => JSON.stringify(data).includes(`"${roomId}"`))
    expect(await kept('one-room')).toEqual(ofRoom)
    expect(await kept('no-room')).toEqual([])
  })

  test('a listener that listens again from inside is called once for each event', async () => {
    const { ann, roomId, events } = await company()
    let calls = 0
    const again = (): void => {
      const off = events.on('message.sent', () => {
        off()
        if (++calls < 10) again()
      })
    }
    again()
    const say = (content: string) =>
      ann.ask('send-message', { roomId, content, clientId: `client-id-${content}` })
    await say('one')
    expect(calls).toBe(1)
    const heard: string[] = []
    let offLater = (): void => {}
    events.on('message.sent', () => offLater())
    offLater = events.on('message.sent', () => void heard.push('ended by an earlier one'))
    await say('two')
    expect([calls, heard]).toEqual([2, []])
  })

  test('a listener that throws is logged, and changes nothing for anybody else', async () => {
    const { ann, roomId, events, heard, errors } = await company()
    events.on('message.sent', () => {
      throw new Error('broken')
    })
    events.on('message.sent', async () => {
      throw new Error('broken later')
    })
    const texts: string[] = []
    const off = events.on('message.sent', ({ data }) => void texts.push(data.message.content))
    const say = (content: string) =>
      ann.ask('send-message', { roomId, content, clientId: `client-id-${content}` })
    expect(await say('one')).toMatchObject({ ok: true })
    off()
    off()
    expect(await say('two')).toMatchObject({ ok: true })
    await flushPromises()
    expect(texts).toEqual(['one'])
    expect(heard).toHaveLength(2)
    expect(errors).toEqual(Array(4).fill('a listener of events failed'))
  })

  test('without an endpoint or a listener none is made', async () => {
    const { events, node } = eventfulNode([])
    expect(events.isWanted).toBe(false)
    const off = events.on('room.created', () => {})
    expect(events.isWanted).toBe(true)
    off()
    expect(events.isWanted).toBe(false)
    await makeDefaultRooms(node.services.store, new ManualClock(), ['general'])
    expect(await node.services.store.outbox.queues()).toEqual([])
  })

  test('of users wait while the database is away, and are written when it is back', async () => {
    const { device, kept, store, clock } = eventfulNode()
    const add = store.outbox.add.bind(store.outbox)
    store.outbox.add = () => Promise.reject(new Error('away'))
    await device('ann')
    await clock.pass(5_000)
    store.outbox.add = add
    await clock.pass(2_000)
    expect(typesOf(await kept())).toEqual(['user.first_seen', 'user.connected'])
  })
})
