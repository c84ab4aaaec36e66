import { waitUntil } from '@roomful/testing'
import { type ReferenceServer, referenceServer } from '@roomful/testing/node'
import { afterEach, describe, expect, test } from 'vitest'
import type { Chat } from '../../chat'
import { createChat } from '../../create-chat'
import type { Room } from '../../room'

const users = { t1: { id: 'ada', name: 'Ada' }, t2: { id: 'bob', name: 'Bob' } }
const rooms = { general: ['ada', 'bob'], side: ['ada'] }

const open: Chat[] = []
let server: ReferenceServer

afterEach(async () => {
  for (const chat of open.splice(0)) await chat.close()
  await server.close()
})

async function start(): Promise<ReferenceServer> {
  server = await referenceServer({ users, rooms })
  return server
}

async function join(token: 't1' | 't2'): Promise<{ chat: Chat; room: Room; contents: () => string[] }> {
  const chat = createChat({ url: server.url, auth: token, protocol: 1 })
  open.push(chat)
  const room = chat.room('general')
  await room.open()
  return { chat, room, contents: () => room.messages().map((message) => message.content) }
}

const fill = (count: number): void => {
  for (let i = 1; i <= count; i++) server.rooms.append('general', users.t2, { content: `old ${i}` })
}

describe('against a server that speaks only the reference events', () => {
  test('a token that it refuses: auth() is asked for a fresh one', async () => {
    await start()
    let calls = 0
    const auth = () => (++calls < 3 ? `stale ${calls}` : 't1')
    const chat = createChat({ url: server.url, auth, protocol: 1 })
    open.push(chat)
    await chat.connect()
    expect(calls).toBe(3)
  })

  test('two people chat: send, echo, edit, delete, read', async () => {
    await start()
    const ada = await join('t1')
    const bob = await join('t2')
    const sent = ada.room.send('hello')
    expect(ada.contents()).toEqual(['hello'])
    const message = await sent
    expect(message).toMatchObject({ seq: 1, senderId: 'ada', key: sent.clientId, status: 'sent' })
    expect(ada.chat.getState().user).toEqual({ id: 'ada', name: 'Ada' })
    await waitUntil('the message to reach bob', () => bob.contents().join() === 'hello')
    await bob.room.send('hi')
    await waitUntil('the answer to reach ada', () => ada.contents().join() === 'hello,hi')

    await ada.room.edit(message.id, 'hello!')
    await waitUntil('the edit', () => bob.contents().join() === 'hello!,hi')
    await ada.room.delete(message.id)
    await waitUntil('the delete', () => bob.room.messages()[0]?.deleted === true)
    expect(ada.room.messages()[0]).toMatchObject({ deleted: true, content: '', key: sent.clientId })

    expect(ada.room.getState().unread).toBe(1)
    ada.room.markRead()
    expect(ada.room.getState().unread).toBe(0)
    await waitUntil('the read cursor at the server', () => server.rooms.lastReadSeq('general', 'ada') === 2)
    await waitUntil('the receipt', () => bob.room.getState().reads.get('ada') === 2)
  })

  test('the list has the rooms that the server put one in', async () => {
    await start()
    const { chat } = await join('t1')
    await waitUntil('the list', () => chat.getState().rooms.length === 2)
    expect(
      chat
        .getState()
        .rooms.map((room) => room.id)
        .sort(),
    ).toEqual(['general', 'side'])
  })

  test('a room that one is not in is removed', async () => {
    await start()
    const { chat } = await join('t2')
    await expect(chat.room('side').open()).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test('history is scrolled and jumped to, over deleted rows', async () => {
    await start()
    fill(260)
    for (const row of server.rooms.rows('general').slice(100, 130)) server.rooms.remove(row.id, 'bob')
    const { room } = await join('t1')
    expect(room.messages()[0]?.seq).toBe(211)
    await room.loadOlder()
    await room.loadOlder()
    await room.loadOlder()
    const seqs = () => room.messages().map((message) => message.seq)
    const kept = (from: number) =>
      Array.from({ length: 260 - from + 1 }, (_, i) => from + i).filter((seq) => seq <= 100 || seq > 130)
    expect(seqs()).toEqual(kept(seqs()[0] ?? 0))
    await room.jumpTo(20)
    expect(seqs()).toContain(20)
    while (room.getState().hasNewer) await room.loadNewer()
    expect(seqs()).toEqual(kept(1))
  })

  test('edits, deletes and messages that were missed arrive after the reconnect', async () => {
    await start()
    fill(30)
    const ada = await join('t1')
    const [, second, third] = server.rooms.rows('general')
    server.dropConnections()
    server.rooms.edit(second?.id ?? '', 'bob', 'edited meanwhile')
    server.rooms.remove(third?.id ?? '', 'bob')
    server.rooms.append('general', users.t2, { content: 'new meanwhile' })
    await waitUntil('the new message', () => ada.contents().includes('new meanwhile'))
    await waitUntil('the room to be live', () => ada.room.getState().status === 'live')
    expect(ada.contents()[1]).toBe('edited meanwhile')
    expect(ada.room.messages().find((message) => message.seq === 3)).toMatchObject({
      deleted: true,
      content: '',
    })
    expect(ada.room.messages()).toHaveLength(31)
  })

  test('an ack that was lost doubles nothing, though the server would', async () => {
    await start()
    const ada = await join('t1')
    server.loseAcks(1)
    const sent = [ada.room.send('one'), ada.room.send('two'), ada.room.send('three')]
    await Promise.all(sent)
    expect(server.rooms.rows('general').map((row) => row.content)).toEqual(['one', 'two', 'three'])
    expect(ada.room.messages().map(({ key }) => key)).toEqual(sent.map(({ clientId }) => clientId))
  })

  test('a refusal fails visibly, with its text', async () => {
    await start()
    const { chat } = await join('t2')
    const sent = chat.room('side').send('let me in')
    await expect(sent).rejects.toMatchObject({ retry: 'never', message: 'Not a member of this room' })
    expect(chat.room('side').messages()).toMatchObject([{ status: 'failed' }])
    await expect(chat.createRoom({ name: 'x', type: 'public' })).rejects.toMatchObject({
      code: 'UNKNOWN_EVENT',
    })
  })

  test('an auth() that answers for another user: nothing of the first is shown, nor sent as theirs (I29)', async () => {
    const tokenOf = (sub: string, name: string) => `header.${btoa(JSON.stringify({ sub, name }))}.signature`
    const [adas, bobs] = [tokenOf('ada', 'Ada'), tokenOf('bob', 'Bob')]
    const accepted: Record<string, typeof users.t1> = { [adas]: users.t1, [bobs]: users.t2 }
    server = await referenceServer({ users: accepted, rooms })
    const tokens = [adas, bobs]
    const chat = createChat({ url: server.url, auth: () => tokens.shift() ?? bobs, protocol: 1 })
    open.push(chat)
    const room = chat.room('general')
    await room.open()
    await room.send('of ada')
    await waitUntil('the list of ada', () => chat.getState().rooms.length === 2)
    delete accepted[adas]
    server.dropConnections()
    await waitUntil('the connection to be lost', () => chat.getState().connection.status !== 'online')
    const unsent = room.send('never sent by bob')
    await expect(unsent).rejects.toMatchObject({ code: 'ABORTED' })
    await waitUntil('the room of bob', () => room.getState().status === 'live')
    expect(chat.getState().user).toEqual({ id: 'bob', name: 'Bob' })
    await waitUntil(
      'the list of bob',
      () =>
        chat
          .getState()
          .rooms.map(({ id }) => id)
          .join() === 'general',
    )
    const message = await room.send('of bob')
    expect(message).toMatchObject({ senderId: 'bob', status: 'sent' })
    expect(server.rooms.rows('general').map(({ content }) => content)).toEqual(['of ada', 'of bob'])
    expect(room.messages().map(({ content, senderId }) => `${senderId}: ${content}`)).toEqual([
      'ada: of ada',
      'bob: of bob',
    ])
  })

  test('a message that was refused does not say who the user is by another one with its text', async () => {
    await start()
    const ada = await join('t1')
    const { hasMember } = server.rooms
    server.rooms.hasMember = () => false
    await expect(ada.room.send('hello')).rejects.toMatchObject({ retry: 'never' })
    server.rooms.hasMember = hasMember
    server.rooms.append('general', users.t2, { content: 'hello' })
    server.dropConnections()
    await waitUntil('the message of bob', () => ada.room.messages().some(({ status }) => status === 'sent'))
    expect(ada.chat.getState().user).toBeNull()
  })
})
