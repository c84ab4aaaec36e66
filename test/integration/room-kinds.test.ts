import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createChat } from '@roomful/client'
import { createChatServer } from '@roomful/server'
import { expect, onTestFinished, test } from 'vitest'
import { SECRET, startServer, tokenOf } from './server-fixture'

const roomTypes = {
  support: { base: 'private', create: 'api', leave: 'api', 'update-room': 'member' },
} as const

test('a room of a kind that the backend makes keeps it, and its rules, over a restart', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-kinds-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const database = `sqlite:${join(folder, 'chat.db')}`
  const first = await startServer({ database, roomTypes, defaultRooms: [] })
  const wanted = { roomId: 'ticket-7', name: 'Ticket', type: 'private', kind: 'support' } as const
  expect(await first.api.rooms.upsert(wanted)).toMatchObject({ created: true, room: { kind: 'support' } })
  expect(await first.api.rooms.upsert({ ...wanted, name: 'Ticket 7' })).toMatchObject({
    ...{ created: false, room: { kind: 'support', name: 'Ticket 7' } },
  })
  await expect(first.api.rooms.upsert({ ...wanted, kind: 'other' })).rejects.toMatchObject({
    code: 'INVALID_PAYLOAD',
  })
  await first.api.members.add({ roomId: 'ticket-7', userId: 'ann', silent: true })
  await first.close()

  await using server = await startServer({ database, roomTypes, defaultRooms: [] })
  await using ann = createChat({ url: server.url, auth: () => tokenOf('ann'), storage: 'memory' })
  const room = ann.room('ticket-7')
  await room.open()
  expect(room.getState().room).toMatchObject({ name: 'Ticket 7', kind: 'support' })
  await expect(ann.leaveRoom('ticket-7')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await ann.request('update-room', { roomId: 'ticket-7', name: 'Mine' })
  const another = { name: 'Another', type: 'private', kind: 'support' } as const
  await expect(ann.createRoom(another)).rejects.toMatchObject({ code: 'FORBIDDEN', field: 'kind' })
})

test('what a kind leaves to the backend, the backend does, and nobody else', async () => {
  const actions = ['invite', 'join', 'leave', 'kick', 'ban', 'unban', 'mute', 'set-role', 'update-room']
  const rules = Object.fromEntries(
    [...actions, 'send', 'delete-other', 'delete-own'].map((one) => [one, 'api']),
  )
  await using server = await startServer({
    roomTypes: { ticket: { base: 'private', create: 'api', ...rules } },
    defaultRooms: [],
  })
  const { rooms, members, messages, users } = server.api
  for (const id of ['ann', 'bob']) await users.upsert({ userId: id, name: id })
  const wanted = { roomId: 'ticket-8', name: 'Ticket', type: 'private', kind: 'ticket' } as const
  await rooms.upsert(wanted)
  const [ann, bob] = [
    { roomId: 'ticket-8', userId: 'ann' },
    { roomId: 'ticket-8', userId: 'bob' },
  ]
  await members.add({ ...ann, role: 'owner' })
  await members.add(bob)
  await rooms.upsert({ ...wanted, name: 'Ticket 8' })
  await rooms.update({ roomId: 'ticket-8', settings: { readOnly: true } })
  const { message } = await messages.send({ ...bob, content: 'by the backend' })
  await messages.delete({ roomId: 'ticket-8', messageId: message.id })
  await members.setRole({ ...bob, role: 'admin' })
  await members.mute({ ...bob, until: '2100-01-01T00:00:00Z' })
  await members.mute({ ...bob, until: null })
  await members.ban(bob)
  await members.unban(bob)
  await members.add(bob)
  await members.remove(bob)

  await using owner = createChat({ url: server.url, auth: () => tokenOf('ann'), storage: 'memory' })
  await expect(owner.room('ticket-8').send('mine')).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const update = owner.request('update-room', { roomId: 'ticket-8', name: 'Mine' })
  await expect(update).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('a server does not start with rules that mean nothing', async () => {
  const start = createChatServer({
    ...{ port: 0, database: 'memory:', auth: { jwtSecret: SECRET } },
    // @ts-expect-error an app without types
    roomTypes: { support: { base: 'private', fly: 'admin' } },
  })
  await expect(start).rejects.toThrow('"support" has a rule for "fly"')
})
