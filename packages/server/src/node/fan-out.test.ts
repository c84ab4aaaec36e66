import { describe, expect, test } from 'vitest'
import { flushPromises, testNode } from './test-node'

const clientId = (n: number): string => `client-${String(n).padStart(4, '0')}`

/** A room of ann's with these members, and all of their devices subscribed to it. */
async function room(node: ReturnType<typeof testNode>, people: Record<string, 1 | 2>) {
  const ann = await node.device('ann')
  const devices: Record<string, Awaited<ReturnType<typeof node.device>>> = {}
  for (const [name, protocol] of Object.entries(people)) devices[name] = await node.device(name, protocol)
  const made = await ann.ask('create-room', { name: 'Room', type: 'private', members: Object.keys(people) })
  const { id: roomId } = made.room as { id: string }
  for (const device of [ann, ...Object.values(devices)]) await device.ask('join-rooms', { roomIds: [roomId] })
  return { roomId, ann, ...devices } as { roomId: string; ann: typeof ann; bob: typeof ann; eve: typeof ann }
}

type Frame = { changes: { rev: number; kind: string; message?: { content: string; type: string } }[] }
const texts = (frames: unknown[]): string[] =>
  (frames as Frame[]).flatMap(({ changes }) =>
    changes.flatMap(({ message }) => (message && message.type !== 'system' ? message.content : [])),
  )

describe('one commit', () => {
  test('is one frame for protocol 2 and one event a message for protocol 1', async () => {
    const node = testNode()
    const { roomId, ann, bob, eve } = await room(node, { bob: 2, eve: 1 })
    const messages = [1, 2, 3].map((n) => ({ content: `m${n}`, clientId: clientId(n) }))
    const ack = await ann.ask('send-messages', { roomId, messages })
    expect(ack.results).toHaveLength(3)
    expect(bob.all('changes')).toHaveLength(1)
    expect(texts(bob.all('changes'))).toEqual(['m1', 'm2', 'm3'])
    expect(eve.all('new-message')).toMatchObject([
      { content: 'm1', seq: 1 },
      { content: 'm2', seq: 2 },
      { content: 'm3', seq: 3 },
    ])
    expect(eve.all('changes')).toEqual([])
  })

  test('a duplicate is not broadcast again', async () => {
    const node = testNode()
    const { roomId, ann, bob } = await room(node, { bob: 2 })
    const message = { roomId, content: 'once', clientId: clientId(1) }
    await ann.ask('send-message', message)
    expect(await ann.ask('send-message', message)).toMatchObject({ ok: true, duplicate: true })
    expect(texts(bob.all('changes'))).toEqual(['once'])
  })

  test('edit, reaction and delete: protocol 1 gets what its events can express', async () => {
    const node = testNode()
    const { roomId, ann, eve } = await room(node, { eve: 1 })
    const sent = await ann.ask('send-message', { roomId, content: 'a', clientId: clientId(1) })
    const { id: messageId } = sent.message as { id: string }
    await ann.ask('react-message', { messageId, emoji: '👍', op: 'add' })
    await ann.ask('edit-message', { messageId, content: 'b' })
    await ann.ask('delete-message', { messageId })
    const received = eve.events.map(({ event }) => event)
    expect(received.filter((event) => event !== 'room-added')).toEqual([
      'new-message',
      'message-edited',
      'message-deleted',
    ])
    expect(eve.all('message-edited')).toMatchObject([{ messageId, content: 'b', seq: 1, roomId }])
    expect(eve.all('message-deleted')).toMatchObject([{ messageId, seq: 1, roomId }])
  })
})

describe('a removal (I14)', () => {
  test.each([1, 2] as const)(
    'in one batch with sends: protocol %i gets what precedes it',
    async (protocol) => {
      const node = testNode()
      const { roomId, ann, bob, eve } = await room(node, { bob: 2, eve: protocol })
      // All in one tick: two sends, the kick, two sends.
      await Promise.all([
        ann.ask('send-message', { roomId, content: 'before 1', clientId: clientId(1) }),
        bob.ask('send-message', { roomId, content: 'before 2', clientId: clientId(2) }),
        ann.ask('remove-member', { roomId, userId: 'eve' }),
        ann.ask('send-message', { roomId, content: 'after 1', clientId: clientId(3) }),
        ann.ask('send-message', { roomId, content: 'after 2', clientId: clientId(4) }),
      ])
      await ann.ask('send-message', { roomId, content: 'later', clientId: clientId(5) })
      const seen =
        protocol === 2
          ? texts(eve.all('changes'))
          : (eve.all('new-message') as { content: string }[]).map(({ content }) => content)
      expect(seen).toEqual(['before 1', 'before 2'])
      expect(eve.events.at(-1)).toEqual({ event: 'room-removed', payload: { roomId, reason: 'kicked' } })
      expect(texts(bob.all('changes'))).toEqual(['before 1', 'before 2', 'after 1', 'after 2', 'later'])
      expect(await eve.ask('send-message', { roomId, content: 'x', clientId: clientId(6) })).toMatchObject({
        code: 'ROOM_NOT_FOUND',
      })
    },
  )

  test('while a subscription is being read: there is no subscription', async () => {
    const node = testNode()
    const { roomId, ann } = await room(node, { bob: 2, eve: 2 })
    const second = await node.device('eve')
    const joining = second.ask('join-rooms', { roomIds: [roomId] })
    const kicking = ann.ask('remove-member', { roomId, userId: 'eve' })
    await Promise.all([joining, kicking])
    await ann.ask('send-message', { roomId, content: 'secret', clientId: clientId(1) })
    expect(texts(second.all('changes'))).toEqual([])
  })

  test('ban and leave are broadcast with their reason', async () => {
    const node = testNode()
    const { roomId, ann, bob, eve } = await room(node, { bob: 2, eve: 2 })
    await ann.ask('ban-member', { roomId, userId: 'eve' })
    await bob.ask('remove-member', { roomId })
    expect(eve.all('room-removed')).toEqual([{ roomId, reason: 'banned' }])
    expect(bob.all('room-removed')).toEqual([{ roomId, reason: 'left' }])
    expect(await eve.ask('add-member', { roomId })).toMatchObject({ ok: false })
  })
})

describe('room-added', () => {
  test('goes to every device of a user who joins, once', async () => {
    const node = testNode()
    const { roomId, ann } = await room(node, { bob: 2 })
    const [eve, phone] = [await node.device('eve'), await node.device('eve')]
    await ann.ask('add-member', { roomId, userId: 'eve' })
    await flushPromises()
    for (const device of [eve, phone])
      expect(device.all('room-added')).toMatchObject([{ item: { room: { id: roomId }, role: 'member' } }])
    await ann.ask('set-role', { roomId, userId: 'eve', role: 'admin' })
    await flushPromises()
    expect(eve.all('room-added')).toHaveLength(1)
  })
})
