import { describe, expect, test } from 'vitest'
import { PERMISSIONS } from '../core/authorise'
import { testNode } from '../node/test-node'
import { checkedKinds } from './checked-kinds'
import { kindRefusal, kindsOf, type RoomTypes } from './room-types'

const roomTypes: RoomTypes = {
  support: { base: 'private', create: 'admin', invite: 'server-admin', leave: 'api', pin: 'member' },
  news: { base: 'public', send: 'admin', join: 'server-admin', 'delete-room': 'owner' },
  'only-api': { base: 'private', create: 'api' },
}

const message = (n: number) => ({ content: 'text', clientId: `client-${String(n).padStart(4, '0')}` })

async function people() {
  const node = testNode({ roomTypes })
  const [ann, bob, mod] = [
    await node.device('ann'),
    await node.device('bob'),
    await node.device('mod?admin=1'),
  ]
  for (const name of ['eve']) (await node.device(name)).close()
  const made = async (device: typeof ann, payload: object) => {
    const answer = await device.ask('create-room', { name: 'Room', ...payload })
    return answer.ok ? (answer.room as { id: string; kind?: string }) : answer
  }
  return { ann, bob, mod, made }
}

describe('a kind of rooms', () => {
  test('is part of the room, and is made by who may', async () => {
    const { ann, mod, made } = await people()
    expect(await made(ann, { type: 'public', kind: 'news' })).toMatchObject({ type: 'public', kind: 'news' })
    expect(await made(ann, { type: 'private' })).not.toHaveProperty('kind')
    const forbidden = { ok: false, code: 'FORBIDDEN', field: 'kind' }
    expect(await made(ann, { type: 'private', kind: 'support' })).toMatchObject(forbidden)
    expect(await made(mod, { type: 'private', kind: 'support' })).toMatchObject({ kind: 'support' })
    expect(await made(mod, { type: 'private', kind: 'only-api' })).toMatchObject(forbidden)
    expect(kindRefusal(kindsOf(roomTypes), { kind: 'only-api', type: 'private' }, 'api')).toBeUndefined()
  })

  test('that does not exist, or has another base, is refused', async () => {
    const { ann, made } = await people()
    const invalid = { ok: false, code: 'INVALID_PAYLOAD' }
    for (const kind of ['none', '__proto__', 'constructor'])
      expect(await made(ann, { type: 'public', kind })).toMatchObject({ ...invalid, field: 'kind' })
    expect(await made(ann, { type: 'private', kind: 'news' })).toMatchObject({ ...invalid, field: 'type' })
  })

  test('gives an act to more users, or takes it from some', async () => {
    const { mod, bob, made } = await people()
    const room = await made(mod, { type: 'private', kind: 'support', members: ['bob', 'ann'] })
    const roomId = 'id' in room ? room.id : ''
    const sent = await bob.ask('send-message', { roomId, ...message(1) })
    const { id: messageId } = sent.message as { id: string }
    expect(await bob.ask('pin-message', { messageId, op: 'add' })).toMatchObject({ ok: true })
    expect(await bob.ask('remove-member', { roomId })).toMatchObject({ ok: false, code: 'FORBIDDEN' })
    expect(await bob.ask('add-member', { roomId, userId: 'eve' })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await mod.ask('add-member', { roomId, userId: 'eve' })).toMatchObject({ ok: true })
  })

  test('keeps the rules of its base for all else', async () => {
    const { ann, bob, mod, made } = await people()
    const room = await made(ann, { type: 'public', kind: 'news' })
    const roomId = 'id' in room ? room.id : ''
    expect(await bob.ask('add-member', { roomId })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await mod.ask('add-member', { roomId, userId: 'bob' })).toMatchObject({ ok: true })
    expect(await bob.ask('send-message', { roomId, ...message(1) })).toMatchObject({ code: 'FORBIDDEN' })
    const sent = await ann.ask('send-message', { roomId, ...message(2) })
    expect(sent).toMatchObject({ ok: true })
    const { id: messageId } = sent.message as { id: string }
    expect(await bob.ask('react-message', { messageId, emoji: '👍', op: 'add' })).toMatchObject({ ok: true })
    expect(await bob.ask('delete-room', { roomId })).toMatchObject({ code: 'FORBIDDEN' })
    expect(await ann.ask('delete-room', { roomId })).toMatchObject({ ok: true })
  })

  test('hides a private room from who is not in it', async () => {
    const { mod, bob, made } = await people()
    const room = await made(mod, { type: 'private', kind: 'support' })
    const roomId = 'id' in room ? room.id : ''
    for (const [event, payload] of [
      ['remove-member', { roomId }],
      ['add-member', { roomId, userId: 'eve' }],
    ] as const)
      expect(await bob.ask(event, payload)).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })
})

test('each action of the table can have a rule, but reading and what no user may do', () => {
  const actions = Object.keys(PERMISSIONS).filter((action) => action !== 'read' && action !== 'edit-other')
  for (const action of actions)
    expect(() => checkedKinds({ own: { base: 'private', [action]: 'api' } })).not.toThrow()
  expect(checkedKinds(roomTypes).get('news')?.who).toEqual({
    ...{ send: 'admin', join: 'server-admin', 'delete-room': 'owner' },
  })
})

test.each([
  [{ own: { base: 'private', fly: 'admin' } }, /"own" has a rule for "fly"/],
  [{ own: { base: 'private', read: 'admin' } }, /"own" has a rule for "read"/],
  [
    { own: { base: 'private', send: 'nobody' } },
    /send can be given to member, admin, owner, server-admin, api/,
  ],
  [{ own: { base: 'private', join: 'member' } }, /join can be given to server-admin, api/],
  [{ own: { base: 'dm' } }, /needs a base: public or private/],
  [{ own: { base: 'private', create: 'owner' } }, /anyone, admin or api/],
  [{ 'Own room': { base: 'private' } }, /"Own room" needs a name/],
])('a wrong option is named: %j', (types, problem) => {
  expect(() => checkedKinds(types as unknown as RoomTypes)).toThrow(problem)
})
