import type { Member, ServerPayload } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { flushPromises, testNode } from './test-node'

type TestDevice = Awaited<ReturnType<ReturnType<typeof testNode>['device']>>

const [FIRST, SECOND] = ['https://example.com/1.png', 'https://example.com/2.png']
const bobWith = (avatarUrl: string): string => `bob?avatarUrl=${avatarUrl}`

/** A room of ann's and bob's; ann has it open. */
async function scene(token = 'bob') {
  const node = testNode()
  const ann = await node.device('ann')
  const bob = await node.device(token)
  const { room } = await ann.ask('create-room', { name: 'Room', type: 'private', members: ['bob'] })
  const { id: roomId } = room as { id: string }
  await ann.ask('join-rooms', { roomIds: [roomId] })
  await node.clock.pass(2_000)
  return { ...node, ann, bob, roomId }
}

const pictureIn = async (device: TestDevice, roomId: string): Promise<string | undefined> => {
  const { members } = (await device.ask('fetch-members', { roomId })) as { members: Member[] }
  return members.find(({ userId }) => userId === 'bob')?.avatarUrl
}

const changedPictures = (device: TestDevice): unknown[] =>
  (device.all('changes') as ServerPayload<'changes'>[]).flatMap(({ changes }) =>
    changes.flatMap((change) => (change.kind === 'member' ? (change.member.avatarUrl ?? 'none') : [])),
  )

describe('a user who signs in with a picture', () => {
  test('has it in ready, in the rooms that they are put into, and while they type', async () => {
    const { ann, bob, roomId } = await scene(bobWith(FIRST))
    expect(bob.all('ready')).toMatchObject([{ user: { id: 'bob', avatarUrl: FIRST } }])
    expect(await pictureIn(ann, roomId)).toBe(FIRST)
    await bob.ask('typing', { roomId, typing: true })
    expect(ann.all('typing')).toMatchObject([{ userId: 'bob', avatarUrl: FIRST }])
  })

  test('has a new one at once in open rooms, and on their other devices', async () => {
    const { device, clock, ann, bob } = await scene(bobWith(FIRST))
    await device(bobWith(SECOND))
    await clock.pass(10)
    expect(changedPictures(ann)).toEqual([SECOND])
    expect(bob.all('user-changed')).toEqual([{ user: { id: 'bob', name: 'bob', avatarUrl: SECOND } }])
  })

  test('keeps it when a token does not say, and has none when a token says so', async () => {
    const { device, clock, ann, roomId } = await scene(bobWith(FIRST))
    expect((await device('bob')).all('ready')).toMatchObject([{ user: { avatarUrl: FIRST } }])
    await clock.pass(10)
    expect(await pictureIn(ann, roomId)).toBe(FIRST)
    const [ready] = (await device(bobWith(''))).all('ready') as ServerPayload<'ready'>[]
    expect(ready?.user).toEqual({ id: 'bob', name: 'bob' })
    await clock.pass(10)
    expect(changedPictures(ann)).toEqual(['none'])
  })

  test('gets it by a fresh token on an open connection, too', async () => {
    const { clock, ann, bob } = await scene()
    await bob.ask('refresh-token', { token: bobWith(FIRST) })
    await clock.pass(10)
    expect(changedPictures(ann)).toEqual([FIRST])
  })

  test('shows it to whom they invite', async () => {
    const node = testNode({ invitations: 'consent' })
    const ann = await node.device('ann')
    const bob = await node.device(bobWith(FIRST))
    await bob.ask('open-dm', { userIds: ['ann'] })
    await flushPromises()
    expect(ann.all('invitation')).toMatchObject([
      { invitation: { inviter: { id: 'bob', avatarUrl: FIRST } } },
    ])
  })
})
