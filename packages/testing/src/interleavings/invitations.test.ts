import type { Chat } from '@roomful/client'
import { asRoomId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { answerTo, Scene, toClient } from './scene'

/** Users who share no room. */
const strangers = (): Promise<Scene> => Scene.of({ users: ['ann', 'bob'], rooms: [], invitations: 'consent' })
const chatOf = (scene: Scene, name: string): Chat => scene.device(name).chat
const waitingFor = (scene: Scene, name: string): string[] =>
  chatOf(scene, name)
    .getState()
    .invitations.map(({ roomId }) => roomId)
const listed = (scene: Scene, name: string): string[] =>
  chatOf(scene, name)
    .getState()
    .rooms.map(({ id }) => id)

/** A request to the server needs time to pass, which happens only here. */
async function done<T>(scene: Scene, asked: Promise<T>): Promise<T> {
  asked.catch(() => {})
  await scene.pass(1_000)
  return asked
}

/** A room of ann, and bob's invitation to it. */
async function invited(scene: Scene): Promise<string> {
  const { id } = await done(scene, chatOf(scene, 'ann').openDm(['bob']))
  return id
}

test('an invitation is in the state of all devices, and leaves it when one of them accepts', async () => {
  const scene = await strangers()
  await scene.kit.addDevice('bob')
  const roomId = await invited(scene)
  const [invitation] = chatOf(scene, 'bob').getState().invitations
  expect(invitation).toMatchObject({ roomId, type: 'dm', inviter: { id: 'ann', name: 'ann' } })
  expect(waitingFor(scene, 'bob-2')).toEqual([roomId])
  expect(listed(scene, 'bob')).toEqual([])
  const room = await done(scene, chatOf(scene, 'bob').acceptInvitation(roomId))
  expect(room.id).toBe(roomId)
  expect([waitingFor(scene, 'bob'), waitingFor(scene, 'bob-2')]).toEqual([[], []])
  expect([listed(scene, 'bob'), listed(scene, 'bob-2')]).toEqual([[roomId], [roomId]])
  await scene.ends()
})

test('an invitation that is withdrawn leaves the state of the invited, and the list of the inviter', async () => {
  const scene = await strangers()
  const roomId = await invited(scene)
  const ann = chatOf(scene, 'ann')
  const one = { roomId, userId: 'bob', createdAt: expect.any(String), expiresAt: expect.any(String) }
  expect(await done(scene, ann.listSentInvitations())).toEqual([one])
  await done(scene, ann.withdrawInvitation(roomId, 'bob'))
  expect(waitingFor(scene, 'bob')).toEqual([])
  expect(await done(scene, ann.listSentInvitations())).toEqual([])
  await scene.ends()
})

test('a lost event comes with the next list', async () => {
  const scene = await strangers()
  scene.meets('drop', toClient('bob', 'invitation'))
  const roomId = await invited(scene)
  expect(waitingFor(scene, 'bob')).toEqual([])
  scene.kit.faults.disconnect()
  await scene.kit.settle()
  expect(waitingFor(scene, 'bob')).toEqual([roomId])
  await done(scene, chatOf(scene, 'bob').declineInvitation(roomId))
  expect(waitingFor(scene, 'bob')).toEqual([])
  await scene.ends()
})

test('a list that was read before an invitation came does not remove it', async () => {
  const scene = await strangers()
  scene.kit.faults.disconnect({ user: 'bob' })
  scene.meets({ late: 2_000 }, answerTo('bob', 'sync'))
  await scene.pass(500)
  const roomId = await invited(scene)
  await scene.kit.settle()
  expect(waitingFor(scene, 'bob')).toEqual([roomId])
  await scene.ends()
})

test('P13: nothing of invitations and hidden rooms is left after a sign-out', async () => {
  const scene = await strangers()
  await invited(scene)
  void chatOf(scene, 'bob').signOut()
  expect(waitingFor(scene, 'bob')).toEqual([])
})

test('a hidden dm is in no list, also after a reload, until it has a newer message', async () => {
  const scene = await Scene.of({ users: ['ann', 'bob'], invitations: 'consent' })
  await scene.kit.addDevice('bob')
  const dm = await done(scene, chatOf(scene, 'ann').openDm(['bob']))
  const sent = dm.send('hello')
  await done(scene, sent)
  expect(listed(scene, 'bob')).toContain(dm.id)
  await done(scene, chatOf(scene, 'bob').hideDm(dm.id))
  expect([listed(scene, 'bob'), listed(scene, 'bob-2')]).toEqual([['general'], ['general']])
  expect(chatOf(scene, 'bob').getState().unreadTotal).toBe(0)
  const heal = scene.kit.faults.partition({ user: 'bob' })
  scene.device('bob').kill()
  scene.device('bob').start()
  await scene.pass(5_000)
  expect(listed(scene, 'bob')).toEqual(['general'])
  heal()
  await scene.kit.settle()
  expect(listed(scene, 'bob')).toEqual(['general'])
  await done(scene, dm.send('are you there?'))
  await scene.kit.settle()
  expect([listed(scene, 'bob'), listed(scene, 'bob-2')]).toEqual([
    [dm.id, 'general'],
    [dm.id, 'general'],
  ])
  await done(scene, chatOf(scene, 'bob').hideDm(dm.id))
  await done(scene, chatOf(scene, 'bob').openDm(['ann']))
  expect(listed(scene, 'bob-2')).toContain(dm.id)
  await scene.ends()
})

test('a dm can be left, and a user can be blocked', async () => {
  const scene = await Scene.of({ users: ['ann', 'bob'], invitations: 'consent' })
  const [ann, bob] = [chatOf(scene, 'ann'), chatOf(scene, 'bob')]
  const dm = await done(scene, ann.openDm(['bob']))
  await done(scene, bob.leaveRoom(dm.id))
  expect(listed(scene, 'bob')).toEqual(['general'])
  await done(scene, bob.blockUser('ann'))
  const { blocked } = await done(scene, bob.listBlocked())
  expect(blocked.map(({ userId }) => userId)).toEqual(['ann'])
  const asked = done(scene, ann.request('add-member', { roomId: asRoomId(dm.id), userId: asUserId('bob') }))
  await expect(asked).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await done(scene, ann.openDm(['bob'])).catch(() => {})
  expect(waitingFor(scene, 'bob')).toEqual([])
  await done(scene, bob.unblockUser('ann'))
  expect(await done(scene, bob.listBlocked())).toEqual({ blocked: [] })
  await scene.ends()
})
