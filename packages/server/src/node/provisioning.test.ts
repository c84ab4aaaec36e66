import { asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { MemoryStore } from '../stores/memory/memory-store'
import { makeDefaultRooms } from './default-rooms'
import { ManualClock, testNode } from './test-node'

/** A node whose users are made by the app's backend, and one user of it. */
async function strictNode() {
  const clock = new ManualClock()
  const store = new MemoryStore({ epoch: 'epoch-1', now: clock.now })
  await makeDefaultRooms(store, clock, ['general'])
  await store.putUser({ id: asUserId('ann'), name: 'Ann of the backend' }, clock.now())
  const users = async (): Promise<string[]> =>
    (await store.read((reader) => reader.users({ limit: 10 }))).map(({ id, name }) => `${id}: ${name}`)
  return { ...testNode({ clock, store, defaultRooms: ['general'], provisioning: 'by-api' }), store, users }
}

test('a user whom the backend has not made is refused, and no row is made', async () => {
  const { node, users } = await strictNode()
  for (const ask of [node.admit({ token: 'eve', protocol: 2 }), node.identify('eve')])
    expect(await ask).toMatchObject({ ok: false, code: 'USER_NOT_FOUND' })
  expect(await users()).toEqual(['ann: Ann of the backend'])
})

test('a known user has the name that the backend gave them, whatever their token says', async () => {
  const { node, device, users } = await strictNode()
  const ann = await device('ann?name=Queen')
  expect(ann.all('ready')).toMatchObject([{ user: { name: 'Ann of the backend' } }])
  expect(await ann.ask('refresh-token', { token: 'ann?name=Empress' })).toMatchObject({ ok: true })
  await ann.ask('join-rooms', { roomIds: ['general'] })
  const sent = await ann.ask('send-message', { roomId: 'general', content: 'hello' })
  expect(sent).toMatchObject({ ok: true, message: { senderName: 'Ann of the backend' } })
  expect(await node.identify('ann?name=Queen')).toMatchObject({ name: 'Ann of the backend' })
  expect(await users()).toEqual(['ann: Ann of the backend'])
})

test('a later name of the backend reaches the user at their next sign-in', async () => {
  const { device, store, clock } = await strictNode()
  await store.putUser({ id: asUserId('ann'), name: 'Anna' }, clock.now())
  expect((await device('ann')).all('ready')).toMatchObject([{ user: { name: 'Anna' } }])
})

test('a user whom the backend has deleted since gets no further with a fresh token', async () => {
  const { device, store } = await strictNode()
  const ann = await device('ann')
  await store.forgetUser(asUserId('ann'))
  expect(await ann.ask('refresh-token', { token: 'ann' })).toMatchObject({ code: 'USER_NOT_FOUND' })
})
