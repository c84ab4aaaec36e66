import { expect, test } from 'vitest'
import { MemoryStore } from '../stores/memory/memory-store'
import type { Store } from '../stores/port'
import { flushPromises, testNode } from './test-node'

/** A store whose finished reads can be held: their answer is then about a past moment. */
function slowStore() {
  const store = new MemoryStore({ epoch: 'epoch-1' })
  const read: Store['read'] = store.read.bind(store)
  let gate: Promise<void> | undefined
  let open = (): void => {}
  store.read = async (reads) => {
    const answer = await read(reads)
    await gate
    return answer
  }
  return {
    store,
    hold: () => {
      gate = new Promise((resolve) => {
        open = () => {
          gate = undefined
          resolve()
        }
      })
    },
    release: () => open(),
  }
}

/** Bob is in ann's room, which has one message. */
async function scene() {
  const slow = slowStore()
  const node = testNode({ store: slow.store })
  const [ann, bob] = [await node.device('ann'), await node.device('bob')]
  const made = await ann.ask('create-room', { name: 'Room', type: 'private', members: ['bob'] })
  const { id: roomId } = made.room as { id: string }
  const send = (content: string) =>
    ann.ask('send-message', { roomId, content, clientId: `client-${content}` })
  await send('before')
  await flushPromises()
  /** Bob asks, and is removed while the answer is on its way. */
  const askAndKick = async (event: string, payload: object) => {
    slow.hold()
    const asking = bob.ask(event, payload)
    await flushPromises()
    await ann.ask('remove-member', { roomId, userId: 'bob' })
    expect(bob.all('room-removed')).toHaveLength(1)
    slow.release()
    return asking
  }
  return { node, slow, ann, bob, roomId, send, askAndKick }
}

test('join-rooms: no user is subscribed after their removal (I14)', async () => {
  const { bob, roomId, send, askAndKick } = await scene()
  expect(await askAndKick('join-rooms', { roomIds: [roomId] })).toEqual({ ok: true, heads: {} })
  await send('after')
  expect(bob.all('changes')).toEqual([])
})

test('join-rooms: the head is not behind what the subscription will deliver', async () => {
  const { slow, bob, roomId, send } = await scene()
  slow.hold()
  const joining = bob.ask('join-rooms', { roomIds: [roomId] })
  await flushPromises()
  const { message } = await send('meanwhile')
  slow.release()
  const { rev, seq } = message as { rev: number; seq: number }
  expect(await joining).toEqual({ ok: true, heads: { [roomId]: { rev, lastSeq: seq } } })
})

test('sync: the room is among the removed, and not in the list', async () => {
  const { roomId, askAndKick } = await scene()
  const cursor = { rev: 0, minSeq: 0, maxSeq: 0 }
  const ack = await askAndKick('sync', { rooms: { [roomId]: cursor }, list: true })
  expect(ack).toMatchObject({ ok: true, rooms: {}, removed: [roomId], list: [] })
  expect(JSON.stringify(ack)).not.toContain('before')
})

test('fetch-history: the page is not sent', async () => {
  const { roomId, askAndKick } = await scene()
  expect(await askAndKick('fetch-history', { roomId })).toMatchObject({ ok: false, code: 'ROOM_NOT_FOUND' })
})

test('fetch-members: the page is not sent (I14)', async () => {
  const { roomId, askAndKick } = await scene()
  expect(await askAndKick('fetch-members', { roomId })).toMatchObject({ ok: false, code: 'ROOM_NOT_FOUND' })
})

test('room-activity sends nothing of the room any more', async () => {
  const { node, slow, ann, bob, roomId, send } = await scene()
  // A subscriber needs no activity: bob's is the first to be read.
  await ann.ask('join-rooms', { roomIds: [roomId] })
  await node.clock.pass(3_000)
  const before = bob.all('room-activity').length
  await send('noticed')
  slow.hold()
  await node.clock.pass(1_500)
  await ann.ask('remove-member', { roomId, userId: 'bob' })
  slow.release()
  await node.clock.pass(1_500)
  expect(bob.all('room-activity')).toHaveLength(before)
})
