import { expect, test } from 'vitest'
import { testNode } from './test-node'

async function crowd(count: number, type = 'public') {
  const node = testNode()
  const ann = await node.device('ann')
  const made = await ann.ask('create-room', { name: 'Crowd', type })
  const { id: roomId } = made.room as { id: string }
  const others = await Promise.all(
    Array.from({ length: count - 1 }, (_, i) => node.device(`u${String(i).padStart(3, '0')}`)),
  )
  for (const device of others) await device.ask('add-member', { roomId })
  return { node, ann, others, roomId }
}

test('pages follow each other to the last, which is marked as the last', async () => {
  const { ann, roomId } = await crowd(7)
  const sizes: number[] = []
  for (let after: object | undefined = {}; after !== undefined; ) {
    const page = await ann.ask('fetch-members', { roomId, limit: 3, ...after })
    sizes.push((page.members as unknown[]).length)
    after = page.next === undefined ? undefined : { after: page.next }
  }
  expect(sizes).toEqual([3, 3, 1])
  const exact = await ann.ask('fetch-members', { roomId, limit: 7 })
  expect(exact.members).toHaveLength(7)
  expect(exact).not.toHaveProperty('next')
})

test('a page has its rev, and the number of members', async () => {
  const { ann, others, roomId } = await crowd(4)
  await others[0]?.ask('remove-member', { roomId })
  const { heads } = (await ann.ask('join-rooms', { roomIds: [roomId] })) as {
    heads: Record<string, { rev: number }>
  }
  expect(await ann.ask('fetch-members', { roomId, limit: 1 })).toMatchObject({
    rev: heads[roomId]?.rev,
    memberCount: 3,
  })
})

test.each(['public', 'ephemeral'])('a %s room counts its members for the list', async (type) => {
  const { node, ann, others, roomId } = await crowd(5, type)
  await ann.ask('remove-member', { roomId, userId: 'u000' })
  await ann.ask('ban-member', { roomId, userId: 'u001' })
  await others[2]?.ask('remove-member', { roomId })
  const { list } = (await ann.ask('sync', { rooms: {}, list: true })) as {
    list: { room: { id: string; memberCount: number } }[]
  }
  expect(list.find(({ room }) => room.id === roomId)?.room.memberCount).toBe(2)
  await node.clock.pass(5_000)
  const received = others[3]?.all('room-activity').at(-1)
  expect(received).toMatchObject({ rooms: [{ roomId, memberCount: 2 }] })
})
