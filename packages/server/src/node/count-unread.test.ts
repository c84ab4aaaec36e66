import { LIMITS } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { testNode } from './test-node'

async function scene(type = 'public') {
  const node = testNode()
  const ann = await node.device('ann')
  const bob = await node.device('bob')
  const made = await ann.ask('create-room', { name: 'Long', type })
  const { id: roomId } = made.room as { id: string }
  // Message 1: a system message.
  await bob.ask('add-member', { roomId })
  const say = async (device: typeof ann, from: number, count: number) => {
    for (let done = 0; done < count; done += 50) {
      const messages = Array.from({ length: Math.min(50, count - done) }, (_, at) => ({
        content: `text ${from + done + at}`,
        clientId: `client-${String(from + done + at).padStart(6, '0')}`,
      }))
      await device.ask('send-messages', { roomId, messages })
    }
  }
  return { node, ann, bob, roomId, say }
}

test('I13: what is unread is counted exactly past 100, in steps whose cost is bounded', async () => {
  const { ann, bob, roomId, say } = await scene()
  await say(ann, 0, LIMITS.unreadCount - 1)
  await say(bob, 10_000, 3)
  await say(ann, 20_000, 4)
  const { messages } = (await ann.ask('fetch-history', { roomId, limit: 1 })) as {
    messages: { id: string; seq: number }[]
  }
  await ann.ask('delete-message', { messageId: messages[0]?.id })
  const lastSeq = LIMITS.unreadCount + 7
  expect(messages[0]?.seq).toBe(lastSeq)
  const first = await bob.ask('count-unread', { roomId, afterSeq: 0 })
  expect(first).toEqual({ ok: true, count: LIMITS.unreadCount - 1, toSeq: LIMITS.unreadCount, lastSeq })
  const second = await bob.ask('count-unread', { roomId, afterSeq: first.toSeq })
  expect(second).toEqual({ ok: true, count: 3, toSeq: lastSeq, lastSeq })
  // Nothing comes after the last one, however far past it.
  for (const afterSeq of [lastSeq, Number.MAX_SAFE_INTEGER])
    expect(await bob.ask('count-unread', { roomId, afterSeq })).toMatchObject({ count: 0, toSeq: lastSeq })
})

test.each(['private', 'ephemeral'])('a %s room counts from where the user came back', async (type) => {
  const { node, ann, bob, roomId, say } = await scene(type)
  const cid = await node.device('cid')
  for (const userId of ['bob', 'cid']) await ann.ask('add-member', { roomId, userId })
  await say(ann, 0, 3)
  expect(await cid.ask('count-unread', { roomId, afterSeq: 0 })).toMatchObject({ count: 3 })
  await ann.ask('remove-member', { roomId, userId: 'cid' })
  await ann.ask('add-member', { roomId, userId: 'cid' })
  await say(bob, 10, 2)
  const { lastSeq } = await cid.ask('fetch-history', { roomId })
  expect(await cid.ask('count-unread', { roomId, afterSeq: 0 })).toEqual({
    ...{ ok: true, count: 2, toSeq: lastSeq, lastSeq },
  })
})

test('it says nothing of a room that one is not in', async () => {
  const { node, ann, roomId } = await scene('private')
  const eve = await node.device('eve')
  const refusal = (await eve.ask('count-unread', { roomId: 'no-such-room', afterSeq: 0 })).code
  expect((await eve.ask('count-unread', { roomId, afterSeq: 0 })).code).toBe(refusal)
  expect(refusal).toBe('ROOM_NOT_FOUND')
  expect(await ann.ask('count-unread', { roomId, afterSeq: -1 })).toMatchObject({ code: 'INVALID_PAYLOAD' })
})
