import { asMessageId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { localBus } from '../cluster/local-bus'
import { MemoryStore } from '../stores/memory/memory-store'
import { makeDefaultRooms } from './default-rooms'
import { flushPromises, ManualClock, testNode } from './test-node'

type Answer = Record<string, unknown>
const idOf = (answer: Answer, row: string): string => (answer[row] as { id: string }).id

describe('a report', () => {
  test('of a message from before the member joined is MESSAGE_NOT_FOUND, as of a missing one (P9)', async () => {
    const node = testNode()
    const [ann, bob] = [await node.device('ann'), await node.device('bob')]
    const made = await ann.ask('create-room', { name: 'Room', type: 'private', members: ['bob'] })
    const roomId = idOf(made, 'room')
    await ann.ask('remove-member', { roomId, userId: 'bob' })
    const messageId = idOf(await ann.ask('send-message', { roomId, content: 'behind the back' }), 'message')
    await ann.ask('add-member', { roomId, userId: 'bob' })
    const hidden = await bob.ask('report-message', { messageId })
    const missing = await bob.ask('report-message', { messageId: 'no-such-message' })
    expect(hidden).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' })
    expect({ ...hidden, requestId: '' }).toEqual({ ...missing, requestId: '' })
    const seen = idOf(await ann.ask('send-message', { roomId, content: 'in the open' }), 'message')
    expect(await bob.ask('report-message', { messageId: seen })).toMatchObject({ ok: true })
  })
})

describe('a member who was put out and came back', () => {
  test.each([1, 2] as const)(
    'is not sent what was said meanwhile, whatever is done with it (P8, protocol %i)',
    async (protocol) => {
      const node = testNode()
      const [ann, cid] = [await node.device('ann'), await node.device('cid')]
      const bob = await node.device('bob', protocol)
      const made = await ann.ask('create-room', { name: 'Room', type: 'private', members: ['bob', 'cid'] })
      const roomId = idOf(made, 'room')
      await ann.ask('remove-member', { roomId, userId: 'bob' })
      const hidden = idOf(await ann.ask('send-message', { roomId, content: 'behind the back' }), 'message')
      const growing = { roomId, content: 'grows', clientId: 'client-grows', stream: true }
      const stream = idOf(await ann.ask('send-message', growing), 'message')
      await ann.ask('add-member', { roomId, userId: 'bob' })
      await bob.ask('join-rooms', { roomIds: [roomId] })
      await cid.ask('join-rooms', { roomIds: [roomId] })
      const piece = { roomId, messageId: stream, run: 0, offset: 5, text: ' behind' }
      const done = [
        await cid.ask('react-message', { messageId: hidden, emoji: '👍', op: 'add' }),
        await ann.ask('edit-message', { messageId: hidden, content: 'behind the back, edited' }),
        await ann.ask('message-delta', { deltas: [piece] }),
        await ann.ask('write-stream', {
          ...{ roomId, messageId: stream, run: 0 },
          ...{ content: 'grows behind', state: 'finished' },
        }),
        await ann.ask('send-message', { roomId, content: 'in the open' }),
      ]
      for (const answer of done) expect(answer).toMatchObject({ ok: true })
      expect(JSON.stringify(bob.events)).not.toContain('behind')
      expect(JSON.stringify(bob.events)).toContain('in the open')
      expect(JSON.stringify(cid.events)).toContain('grows behind')
      expect(cid.all('message-delta')).toHaveLength(1)
      const revs = bob
        .all('changes')
        .flatMap((payload) => (payload as { changes: { rev: number }[] }).changes.map(({ rev }) => rev))
      // The revs they get: a gap would be a sync each time.
      expect(revs).toEqual(revs.map((_, index) => (revs[0] ?? 0) + index))
      expect(revs.length).toBe(protocol === 2 ? 4 : 0)
    },
  )
})

async function twoPeople(type = 'private') {
  const node = testNode()
  const [ann, bob, root] = [
    await node.device('ann'),
    await node.device('bob'),
    await node.device('root?admin=1'),
  ]
  const made = await (type === 'dm'
    ? ann.ask('open-dm', { userIds: ['bob'] })
    : ann.ask('create-room', { name: 'Room', type, members: ['bob'] }))
  const roomId = idOf(made, 'room')
  const say = async (content: string): Promise<string> =>
    idOf(await ann.ask('send-message', { roomId, content }), 'message')
  return { node, ann, bob, root, roomId, say }
}

describe('a reported message', () => {
  test('is read by a server admin, in a dm too: the message and only five before it', async () => {
    const { bob, root, roomId, say } = await twoPeople('dm')
    for (let n = 1; n <= 7; n++) await say(`text ${n}`)
    const messageId = await say('bad')
    await say('after')
    const reportId = idOf(await bob.ask('report-message', { messageId }), 'report')
    const answer = await root.ask('fetch-report', { roomId, reportId })
    const { report, messages } = answer as { report: unknown; messages: { content: string }[] }
    expect(report).toMatchObject({ id: reportId, messageId, reporterId: 'bob' })
    expect(messages.map(({ content }) => content)).toEqual([
      ...[3, 4, 5, 6, 7].map((n) => `text ${n}`),
      'bad',
    ])
    // The rest of the dm stays closed to the admin, as to all others.
    expect(await root.ask('fetch-history', { roomId })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await bob.ask('fetch-report', { roomId, reportId })).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('is read by the room’s moderators as far as they can read the room', async () => {
    const { ann, bob, roomId, say } = await twoPeople()
    await say('before')
    await ann.ask('set-role', { roomId, userId: 'bob', role: 'owner' })
    await bob.ask('remove-member', { roomId, userId: 'ann' })
    const early = idOf(await bob.ask('send-message', { roomId, content: 'behind the back' }), 'message')
    const hidden = idOf(await bob.ask('report-message', { messageId: early }), 'report')
    await bob.ask('add-member', { roomId, userId: 'ann' })
    await bob.ask('set-role', { roomId, userId: 'ann', role: 'admin' })
    const seen = idOf(await bob.ask('send-message', { roomId, content: 'in the open' }), 'message')
    const open = idOf(await bob.ask('report-message', { messageId: seen }), 'report')
    expect(await ann.ask('fetch-report', { roomId, reportId: hidden })).toMatchObject({ messages: [] })
    const { messages } = await ann.ask('fetch-report', { roomId, reportId: open })
    expect((messages as { content: string }[]).map(({ content }) => content)).not.toContain('behind the back')
    expect(messages).toContainEqual(expect.objectContaining({ content: 'in the open' }))
    expect(await ann.ask('fetch-report', { roomId, reportId: 'none' })).toMatchObject({
      code: 'INVALID_PAYLOAD',
      field: 'reportId',
    })
  })

  test('is in the list of rooms with open reports until it is resolved', async () => {
    const { bob, root, roomId, say } = await twoPeople('dm')
    const messageId = await say('bad')
    const reportId = idOf(await bob.ask('report-message', { messageId }), 'report')
    expect(await root.ask('list-reported-rooms')).toMatchObject({
      rooms: [{ room: { id: roomId }, open: 1 }],
    })
    expect(await bob.ask('list-reported-rooms')).toMatchObject({ code: 'FORBIDDEN' })
    await root.ask('resolve-report', { roomId, reportId, resolution: 'deleted' })
    expect(await root.ask('list-reported-rooms')).toEqual({ ok: true, rooms: [] })
  })
})

describe('a moderator', () => {
  test('cannot resolve a report about themselves: another one can, or a server admin', async () => {
    const { ann, bob, root, roomId, say } = await twoPeople()
    const messageId = await say('bad')
    const reportId = idOf(await bob.ask('report-message', { messageId }), 'report')
    const dismiss = { roomId, reportId, resolution: 'dismissed' }
    expect(await ann.ask('resolve-report', dismiss)).toMatchObject({ code: 'FORBIDDEN', field: 'reportId' })
    expect(await root.ask('list-reported-rooms')).toMatchObject({ rooms: [{ open: 1 }] })
    expect(await root.ask('resolve-report', { ...dismiss, resolution: 'other' })).toMatchObject({ ok: true })
  })

  test('who is muted cannot change the room’s name or topic', async () => {
    const { ann, bob, root, roomId } = await twoPeople()
    await ann.ask('set-role', { roomId, userId: 'bob', role: 'admin' })
    await ann.ask('mute-member', { roomId, userId: 'bob', until: '2999-01-01T00:00:00.000Z' })
    for (const change of [{ name: 'BUY COINS' }, { metadata: { topic: 'BUY COINS' } }])
      expect(await bob.ask('update-room', { roomId, ...change })).toMatchObject({ code: 'MUTED' })
    // Settings without text may still be changed.
    const settings = { slowModeSeconds: 5 }
    expect(await bob.ask('update-room', { roomId, settings })).toMatchObject({ ok: true })
    expect(await root.ask('update-room', { roomId, name: 'Fine' })).toMatchObject({ ok: true })
  })
})

describe('a user all of whose sessions a server admin ends', () => {
  const oldToken = 'bob?issuedAt=1000'

  test('P8: is disconnected on all devices at once, and returns only with a token issued since', async () => {
    const node = testNode()
    const root = await node.device('root?admin=1')
    const devices = [await node.device(oldToken), await node.device('bob?sid=other&issuedAt=2000')]
    const ann = await node.device('ann')
    expect(await ann.ask('end-sessions', { userId: 'bob' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await root.ask('end-sessions', { userId: 'bob' })).toEqual({ ok: true })
    for (const device of devices) {
      expect(device.all('bye')).toEqual([{ reason: 'SESSION_REVOKED' }])
      expect(device.isOpen()).toBe(false)
    }
    expect([ann.isOpen(), root.isOpen()]).toEqual([true, true])
    // A token without an issue time counts as old.
    for (const token of [oldToken, 'bob'])
      expect(await node.node.admit({ token, protocol: 2 })).toMatchObject({ code: 'SESSION_REVOKED' })
    const later = node.clock.now() + 1_000
    const back = await node.device(`bob?issuedAt=${later}`)
    expect(await back.ask('refresh-token', { token: oldToken })).toMatchObject({ code: 'SESSION_REVOKED' })
    expect(await back.ask('list-rooms')).toMatchObject({ ok: true })
  })

  test('P8: is disconnected on another node within a second, also without the bus', async () => {
    const [clock, store] = [new ManualClock(), new MemoryStore({})]
    const deaf = (nodeId: string) =>
      testNode({ clock, store, bus: localBus({ isShared: true }), nodeId, idPrefix: nodeId })
    const [one, two] = [deaf('node-1'), deaf('node-2')]
    const [root, bob] = [await one.device('root?admin=1'), await two.device(oldToken)]
    await root.ask('end-sessions', { userId: 'bob' })
    await clock.pass(1_000)
    expect(bob.all('bye')).toEqual([{ reason: 'SESSION_REVOKED' }])
  })
})

describe('a room that a server admin deletes', () => {
  test('P8: is gone for all at once, wherever they have it open, and for good', async () => {
    const { node, ann, bob, root, roomId, say } = await twoPeople()
    const messageId = await say('text')
    const old = await node.device('ann', 1)
    await ann.ask('join-rooms', { roomIds: [roomId] })
    await old.ask('join-rooms')
    expect(await root.ask('delete-room', { roomId })).toEqual({ ok: true })
    for (const device of [ann, bob, old])
      expect(device.all('room-removed')).toEqual([{ roomId, reason: 'deleted' }])
    expect(root.all('room-removed')).toEqual([])
    for (const [event, payload] of [
      ['fetch-history', { roomId }],
      ['send-message', { roomId, content: 'more' }],
      ['add-member', { roomId }],
      ['mark-read', { roomId, seq: 1 }],
      ['typing', { roomId, typing: true }],
    ] as const)
      expect(await ann.ask(event, payload)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(await ann.ask('edit-message', { messageId, content: 'x' })).toMatchObject({
      code: 'MESSAGE_NOT_FOUND',
    })
    const cursor = { rev: 1, minSeq: 0, maxSeq: 0 }
    expect(await ann.ask('sync', { rooms: { [roomId]: cursor }, list: true })).toMatchObject({
      removed: [roomId],
      list: [],
    })
    // A retry whose first answer was lost; for all others the room never existed.
    expect(await root.ask('delete-room', { roomId })).toEqual({ ok: true })
    expect(await bob.ask('delete-room', { roomId })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test('can be deleted by them alone: an owner archives', async () => {
    const { ann, bob, roomId } = await twoPeople()
    for (const device of [ann, bob])
      expect(await device.ask('delete-room', { roomId })).toMatchObject({ code: 'FORBIDDEN' })
  })

  test('of two users can be opened again by them, empty', async () => {
    const { ann, root, roomId, say } = await twoPeople('dm')
    await say('bad')
    await root.ask('delete-room', { roomId })
    const again = await ann.ask('open-dm', { userIds: ['bob'] })
    expect(idOf(again, 'room')).not.toBe(roomId)
    expect(again.room).toMatchObject({ lastSeq: 0 })
  })

  test('P16: goes from another node that the bus did not reach', async () => {
    const [clock, store] = [new ManualClock(), new MemoryStore({})]
    const deaf = (nodeId: string) =>
      testNode({ clock, store, bus: localBus({ isShared: true }), nodeId, idPrefix: nodeId })
    const [one, two] = [deaf('node-1'), deaf('node-2')]
    const [ann, root] = [await two.device('ann'), await one.device('root?admin=1')]
    const roomId = idOf(await ann.ask('create-room', { name: 'Room', type: 'public' }), 'room')
    await root.ask('delete-room', { roomId })
    expect(ann.all('room-removed')).toEqual([])
    await clock.pass(21_000)
    expect(ann.all('room-removed')).toEqual([{ roomId, reason: 'deleted' }])
  })

  test('leaves no row behind, and no default room is made again', async () => {
    const store = new MemoryStore({})
    const clock = new ManualClock()
    await makeDefaultRooms(store, clock, ['general'])
    const node = testNode({ store, clock, defaultRooms: ['general'] })
    const [ann, root] = [await node.device('ann'), await node.device('root?admin=1')]
    const sent = await ann.ask('send-message', { roomId: 'general', content: 'text' })
    await root.ask('delete-room', { roomId: 'general' })
    await flushPromises()
    expect(store.backup()).toMatchObject({ rooms: [], deletedRooms: ['general'] })
    expect(
      await store.read((reader) => reader.roomOfMessage(asMessageId(idOf(sent, 'message')))),
    ).toBeUndefined()
    await makeDefaultRooms(store, clock, ['general'])
    expect(store.backup()).toMatchObject({ rooms: [] })
    // New users are admitted without it.
    expect(await (await node.device('new')).ask('sync', { rooms: {}, list: true })).toMatchObject({
      list: [],
    })
  })
})

test('the edit window of a room can be removed again', async () => {
  const node = testNode()
  const ann = await node.device('ann')
  const roomId = idOf(await ann.ask('create-room', { name: 'Room', type: 'public' }), 'room')
  const messageId = idOf(await ann.ask('send-message', { roomId, content: 'old' }), 'message')
  const set = (settings: object) => ann.ask('update-room', { roomId, settings })
  await set({ editWindowSeconds: 60, slowModeSeconds: 0 })
  await node.clock.pass(61_000)
  expect(await ann.ask('edit-message', { messageId, content: 'new' })).toMatchObject({
    code: 'EDIT_WINDOW_CLOSED',
  })
  const unset = await set({ editWindowSeconds: null })
  expect(unset.room).toMatchObject({ settings: { slowModeSeconds: 0 } })
  expect(unset.room).not.toHaveProperty('settings.editWindowSeconds')
  expect(await ann.ask('edit-message', { messageId, content: 'new' })).toMatchObject({ ok: true })
  // A second time changes nothing, and takes no rev.
  const again = await set({ editWindowSeconds: null })
  expect(again.room).toMatchObject({ rev: (unset.room as { rev: number }).rev + 1 })
})
