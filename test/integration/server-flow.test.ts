import type { ChatServer } from '@roomful/server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Device, messagesOf, signIn, startServer } from './server-fixture'

let server: ChatServer
const devices: Device[] = []
beforeAll(async () => {
  server = await startServer({ limits: { sendsPerSecond: 0 } })
})
afterEach(() => {
  for (const device of devices.splice(0)) device.close()
})
afterAll(() => server.close())

async function enter(id: string, protocol: 1 | 2 = 2): Promise<Device> {
  const device = await signIn(server, id, protocol)
  devices.push(device)
  return device
}

let ids = 0
const clientId = (): string => `client-id-${++ids}`
const send = (device: Device, content: string, more = {}) =>
  device.do('send-message', { roomId: 'general', content, clientId: clientId(), ...more })
const GENERAL = { roomIds: ['general'] }

describe('protocol 2', () => {
  test("ready comes first with the server's limits", async () => {
    const ann = await enter('ann')
    const ready = await ann.next('ready')
    expect(ready).toMatchObject({ protocol: 2, user: { id: 'ann', name: 'Ann' } })
    expect(ready.limits).toMatchObject({ frameBytes: 65_536, sendsPerSecond: 0, eventsPerSecond: 100 })
    expect(ann.events[0]?.event).toBe('ready')
  })

  test('a send reaches the others and, before its ack, its sender', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')]
    const { heads } = await ann.do('join-rooms', GENERAL)
    await bob.ask('join-rooms', GENERAL)
    const ack = await send(ann, 'hi')
    expect(ann.events.at(-1)?.event).toBe('changes')
    expect(ack).toMatchObject({ ok: true, message: { content: 'hi', senderId: 'ann', senderName: 'Ann' } })
    expect(ack.message.seq).toBe((heads.general?.lastSeq ?? 0) + 1)
    expect(await bob.heard('hi')).toMatchObject({ seq: ack.message.seq, rev: ack.message.rev })
  })

  test('edit, reaction and delete are changes with the whole row', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')]
    await bob.ask('join-rooms', GENERAL)
    const { message } = await send(ann, 'teh')
    const messageId = message.id
    const edited = await ann.do('edit-message', { messageId, content: 'the', roomId: 'general' })
    expect(edited.message).toMatchObject({ content: 'the', seq: message.seq, rev: message.rev + 1 })
    const reacted = await bob.do('react-message', { messageId, emoji: '👍', op: 'add' })
    expect(reacted.message.reactions).toEqual([{ emoji: '👍', count: 1, users: ['bob'], mine: true }])
    const deleted = await ann.do('delete-message', { messageId })
    expect(deleted.message).toMatchObject({ deleted: true, content: '', reactions: [] })
    const rows = messagesOf(bob.all('changes')).filter(({ id }) => id === messageId)
    expect(rows.map(({ rev }) => rev)).toEqual([0, 1, 2, 3].map((n) => message.rev + n))
    const changes = bob.all('changes').flatMap((frame) => frame.changes)
    expect(changes.find(({ rev }) => rev === message.rev + 2)).toMatchObject({ actor: 'bob' })
  })

  test('a page of history, and a sync that sends what was missed', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')]
    const page = await bob.do('fetch-history', { roomId: 'general', limit: 2, includeDeleted: true })
    expect(page).toMatchObject({ ok: true, toSeq: page.lastSeq, fromSeq: page.lastSeq - 1 })
    const span = { rev: page.rev, minSeq: page.fromSeq, maxSeq: page.toSeq }
    await bob.ask('react-message', { messageId: page.messages.at(-1)?.id, emoji: '👀', op: 'add' })
    await send(ann, 'missed')
    const { epoch } = await bob.next('ready')
    const ack = await bob.do('sync', { epoch, rooms: { general: span }, list: true })
    expect(ack).toMatchObject({ ok: true, epoch, removed: [] })
    expect(ack.rooms.general).toMatchObject({ limited: false, tail: [{ content: 'missed' }] })
    expect(ack.list?.map((item) => item.room.id)).toContain('general')
  })

  test('mark-read moves forward only, and reaches the others', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')]
    await ann.ask('join-rooms', GENERAL)
    const { message } = await send(ann, 'read me')
    const read = await bob.ask('mark-read', { roomId: 'general', seq: message.seq })
    expect(read).toEqual({ ok: true, seq: message.seq, unread: 0 })
    await ann.next('read-receipts', ({ reads }) => reads.bob === message.seq)
    expect(await bob.ask('mark-read', { roomId: 'general', seq: 1 })).toMatchObject({ seq: message.seq })
  })

  test('rooms: created, found, joined, left; a private one is not found', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')]
    const open = await ann.do('create-room', { name: 'Open house', type: 'public' })
    const closed = await ann.do('create-room', { name: 'Closed house', type: 'private' })
    const listed = await bob.do('list-rooms', { query: 'HOUSE' })
    expect(listed.rooms.map((room) => room.name)).toEqual(['Open house'])
    const joined = await bob.ask('add-member', { roomId: open.room.id })
    expect(joined).toMatchObject({ ok: true, member: { userId: 'bob', role: 'member' } })
    await bob.next('room-added', ({ item }) => item.room.id === open.room.id)
    const hidden = await bob.ask('add-member', { roomId: closed.room.id })
    const missing = await bob.ask('add-member', { roomId: 'no-such-room' })
    const same = { ok: false, error: 'There is no such room', code: 'ROOM_NOT_FOUND', retry: 'never' }
    expect(hidden).toEqual({ ...same, requestId: expect.any(String) })
    expect(missing).toEqual({ ...same, requestId: expect.any(String) })
    expect(await bob.ask('remove-member', { roomId: open.room.id })).toMatchObject({ ok: true })
    await bob.next('room-removed', (frame) => frame.roomId === open.room.id && frame.reason === 'left')
  })

  test('a direct message room is the same for the same users, whichever opens it', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')]
    const first = await ann.do('open-dm', { userIds: ['bob'] })
    expect(first).toMatchObject({ ok: true, room: { type: 'dm', name: 'Ann, Bob' } })
    const second = await bob.do('open-dm', { userIds: ['ann', 'bob'] })
    expect(second.room.id).toBe(first.room.id)
    await bob.next('room-added', ({ item }) => item.room.id === first.room.id)
    expect(await ann.ask('open-dm', { userIds: ['ann'] })).toMatchObject({ code: 'INVALID_PAYLOAD' })
    // Answered like a stranger (P9).
    expect(await ann.do('open-dm', { userIds: ['nobody'] })).toMatchObject({ invited: ['nobody'] })
  })

  test('reports: made by members, seen and resolved by moderators', async () => {
    const [ann, bob, cat] = [await enter('ann'), await enter('bob'), await enter('cat')]
    const { room } = await ann.do('create-room', { name: 'Reported', type: 'public' })
    for (const device of [bob, cat]) await device.ask('add-member', { roomId: room.id })
    const sent = await cat.do('send-message', { roomId: room.id, content: 'rude', clientId: clientId() })
    const messageId = sent.message.id
    const { report } = await bob.do('report-message', { messageId, reason: 'rude' })
    expect(report).toMatchObject({ roomId: room.id, messageId, reporterId: 'bob', resolvedAt: null })
    expect(await bob.ask('list-reports', { roomId: room.id })).toMatchObject({ code: 'FORBIDDEN' })
    const open = await ann.do('list-reports', { roomId: room.id })
    expect(open.reports).toEqual([report])
    const resolve = { roomId: room.id, reportId: report.id, resolution: 'dismissed' }
    const done = await ann.do('resolve-report', resolve)
    expect(done.report).toMatchObject({ id: report.id, resolution: 'dismissed', resolvedBy: 'ann' })
    // A retry, or a second moderator: answered as it is.
    expect(await ann.ask('resolve-report', { ...resolve, resolution: 'other' })).toEqual(done)
    expect((await ann.do('list-reports', { roomId: room.id })).reports).toEqual([])
    await ann.ask('mute-member', { roomId: room.id, userId: 'bob', until: '2099-01-01T00:00:00.000Z' })
    const { entries } = await ann.do('fetch-audit', { roomId: room.id })
    expect(entries[0]).toMatchObject({ action: 'mute', actorId: 'ann', targetId: 'bob' })
    const muted = { roomId: room.id, content: 'mm', clientId: clientId() }
    expect(await bob.ask('send-message', muted)).toMatchObject({ code: 'MUTED' })
  })

  test('an ephemeral room keeps the last 100 messages and numbers like any other', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')]
    const { room } = await ann.do('create-room', { name: 'Live', type: 'ephemeral' })
    const roomId = room.id
    for (const part of [0, 1, 2]) {
      const messages = Array.from({ length: 40 }, (_, n) => ({
        content: `m${part * 40 + n + 1}`,
        clientId: clientId(),
      }))
      const { results } = await ann.do('send-messages', { roomId, messages })
      expect(results.every((result) => result.ok)).toBe(true)
    }
    expect(await bob.ask('add-member', { roomId })).toMatchObject({ ok: true })
    const page = await bob.do('fetch-history', { roomId, limit: 200, includeDeleted: true })
    // The last message is that bob has joined.
    expect(page).toMatchObject({ lastSeq: 121, floorSeq: 22, fromSeq: 22, toSeq: 121 })
    expect(page.messages).toHaveLength(100)
    expect((await bob.do('list-rooms', { query: 'Live' })).rooms).toEqual([])
    const older = { messageId: page.messages[0]?.id, content: 'edited' }
    expect(await ann.ask('edit-message', older)).toMatchObject({
      ok: true,
      message: { seq: 22, content: 'edited' },
    })
  })
})

describe('protocol 1', () => {
  test('join-rooms without a payload, and then everything that the reference promises', async () => {
    const [old, ann] = [await enter('old', 1), await enter('ann')]
    expect(old.events).toEqual([])
    old.socket.emit('join-rooms')
    expect(await old.next('rooms-joined')).toContain('general')
    expect(await old.next('unread-counts')).toMatchObject({ general: expect.any(Number) })
    await ann.ask('join-rooms', GENERAL)
    const mine = await old.do('send-message', { roomId: 'general', content: 'plain', clientId: 'abcdefgh' })
    expect(mine).toMatchObject({
      ok: true,
      message: { content: 'plain', clientId: 'abcdefgh', type: 'text' },
    })
    expect(await old.next('new-message')).toEqual(mine.message)
    await ann.heard('plain')
    const theirs = await send(ann, 'reply', { replyTo: mine.message.id })
    expect(await old.next('new-message', ({ content }) => content === 'reply')).toMatchObject({
      type: 'reply',
    })
    const page = await old.do('fetch-history', { roomId: 'general', limit: 2 })
    expect(page.messages.map(({ content }) => content)).toEqual(['plain', 'reply'])
    old.socket.emit('mark-read', { roomId: 'general', seq: theirs.message.seq })
    await ann.next('read-receipts', ({ reads }) => reads.old === theirs.message.seq)
    const { id: messageId } = mine.message
    expect(await old.ask('edit-message', { messageId, content: 'changed' })).toMatchObject({ ok: true })
    expect(await old.next('message-edited')).toMatchObject({ messageId, content: 'changed' })
    expect(await old.ask('delete-message', { messageId })).toMatchObject({ ok: true })
    expect(await old.next('message-deleted')).toMatchObject({ messageId, seq: mine.message.seq })
    const after = await old.do('fetch-history', { roomId: 'general', beforeSeq: 0 })
    expect(after.messages.some(({ id }) => id === messageId)).toBe(false)
  })
})
