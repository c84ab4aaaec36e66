import { describe, expect, test } from 'vitest'
import { wire } from '../node/test-buses'
import { ManualClock, testNode } from '../node/test-node'
import { MemoryStore } from '../stores/memory/memory-store'

const MINUTE_MS = 60_000

async function cluster() {
  const { bus, cut, lose, deliver } = wire()
  const clock = new ManualClock()
  const store = new MemoryStore({ epoch: 'epoch-1', now: clock.now })
  const [a, b] = [0, 1].map((index) =>
    testNode({ store, clock, nodeId: `node-${index}`, bus: bus(index), idPrefix: `n${index}` }),
  )
  if (!a || !b) throw new Error('two nodes were made')
  const ann = await a.device('ann')
  const bob = await b.device('bob')
  const made = await ann.ask('create-room', { name: 'Live', type: 'ephemeral' })
  const { id: roomId } = made.room as { id: string }
  await clock.pass(1)
  const say = (device: typeof ann, content: string) =>
    device.ask('send-message', { roomId, content, clientId: `client-${content}` })
  return {
    a,
    b,
    ann,
    bob,
    roomId,
    clock,
    cut,
    lose,
    deliver,
    say,
    join: (device: typeof ann) => device.ask('join-rooms', { roomIds: [roomId] }),
  }
}

const contents = (device: { all: (event: string) => unknown[] }): unknown[] =>
  device
    .all('changes')
    .flatMap(
      (payload) =>
        (payload as { changes: { kind: string; message?: { content: string; type: string } }[] }).changes,
    )
    .flatMap(({ message }) => (message && message.type !== 'system' ? [message.content] : []))

describe('an ephemeral room of another node', () => {
  test('is joined, chatted in and read as one’s own', async () => {
    const { ann, bob, roomId, clock, say, join } = await cluster()
    expect(await bob.ask('add-member', { roomId })).toMatchObject({ ok: true, member: { userId: 'bob' } })
    await join(ann)
    await join(bob)
    expect(await say(bob, 'from-bob')).toMatchObject({ ok: true, message: { seq: 2 } })
    expect(await say(bob, 'from-bob')).toMatchObject({ ok: true, duplicate: true, message: { seq: 2 } })
    expect(await say(ann, 'from-ann')).toMatchObject({ ok: true, message: { seq: 3 } })
    await clock.pass(10)
    expect(contents(ann)).toEqual(['from-bob', 'from-ann'])
    expect(contents(bob)).toEqual(['from-bob', 'from-ann'])
    expect(await bob.ask('fetch-history', { roomId })).toMatchObject({ ok: true, lastSeq: 3 })
    expect(await bob.ask('mark-read', { roomId, seq: 3 })).toMatchObject({ seq: 3, unread: 0 })
    await clock.pass(10)
    expect(await ann.ask('fetch-members', { roomId })).toMatchObject({
      members: [{ userId: 'ann' }, { userId: 'bob', lastReadSeq: 3 }],
    })
  })

  test('a kick by its owner reaches the other node, and what is sent after it is refused (P8)', async () => {
    const { ann, bob, roomId, clock, say, join } = await cluster()
    await bob.ask('add-member', { roomId })
    await join(bob)
    await clock.pass(10)
    expect(await ann.ask('remove-member', { roomId, userId: 'bob' })).toMatchObject({ ok: true })
    expect(await say(bob, 'too-late')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(bob.all('room-removed')).toMatchObject([{ roomId, reason: 'kicked' }])
  })

  test('reports and the audit log are the same on both', async () => {
    const { ann, bob, roomId, clock, say } = await cluster()
    await bob.ask('add-member', { roomId })
    const { message } = (await say(ann, 'hello')) as { message: { id: string } }
    await clock.pass(10)
    expect(await bob.ask('report-message', { roomId, messageId: message.id, reason: 'spam' })).toMatchObject({
      ok: true,
    })
    await clock.pass(10)
    expect(await ann.ask('list-reports', { roomId })).toMatchObject({ reports: [{ reason: 'spam' }] })
    await ann.ask('set-role', { roomId, userId: 'bob', role: 'admin' })
    await clock.pass(10)
    expect(await bob.ask('fetch-audit', { roomId })).toMatchObject({ entries: [{ action: 'set-role' }] })
  })

  test('when the bus loses the last batch the copy finds it out by the heads, and its subscribers are told', async () => {
    const { ann, bob, roomId, clock, say, join, lose } = await cluster()
    await bob.ask('add-member', { roomId })
    await join(bob)
    await clock.pass(10)
    lose(true)
    await say(ann, 'lost')
    await clock.pass(10)
    lose(false)
    await clock.pass(20_000)
    expect(contents(bob)).toEqual(['lost'])
    expect(await bob.ask('fetch-history', { roomId })).toMatchObject({ ok: true, lastSeq: 2 })
  })

  test('after an outage of the bus the copy is whole again, and its subscribers are told', async () => {
    const { ann, bob, roomId, clock, say, join, cut } = await cluster()
    await bob.ask('add-member', { roomId })
    await join(bob)
    await clock.pass(10)
    cut(true)
    for (const n of [1, 2, 3]) await say(ann, `missed-${n}`)
    const asked = say(bob, 'nobody-hears')
    await clock.pass(6_000)
    expect(await asked).toMatchObject({ code: 'UNAVAILABLE' })
    cut(false)
    await clock.pass(10_000)
    expect(contents(bob)).toEqual(['missed-1', 'missed-2', 'missed-3'])
    expect(await say(bob, 'nobody-hears')).toMatchObject({ ok: true, message: { seq: 5 } })
  })

  test('lives while somebody is in it on any node, and goes with its own', async () => {
    const { ann, bob, roomId, clock, say, deliver } = await cluster()
    await bob.ask('add-member', { roomId })
    await clock.pass(10)
    ann.close()
    await clock.pass(30 * MINUTE_MS)
    expect(await say(bob, 'still-here')).toMatchObject({ ok: true })
    deliver(1, { type: 'node-gone', nodeId: 'node-0' })
    expect(await say(bob, 'nobody-home')).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test('when all have gone it is forgotten everywhere', async () => {
    const { b, ann, bob, roomId, clock } = await cluster()
    await bob.ask('add-member', { roomId })
    ann.close()
    bob.close()
    await clock.pass(15 * MINUTE_MS)
    const late = await b.device('bob')
    expect(await late.ask('fetch-history', { roomId })).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test('a node that comes later learns of it', async () => {
    const { bus } = wire()
    const clock = new ManualClock()
    const store = new MemoryStore({ epoch: 'epoch-1', now: clock.now })
    const a = testNode({ store, clock, nodeId: 'node-0', bus: bus(0), idPrefix: 'n0' })
    const ann = await a.device('ann')
    const { room } = (await ann.ask('create-room', { name: 'Live', type: 'ephemeral' })) as {
      room: { id: string }
    }
    const b = testNode({ store, clock, nodeId: 'node-1', bus: bus(1), idPrefix: 'n1' })
    await clock.pass(10)
    const bob = await b.device('bob')
    expect(await bob.ask('add-member', { roomId: room.id })).toMatchObject({ ok: true })
  })
})
