import { asRoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { ROOM, Scene, toClient } from './scene'

const nameAt = (scene: Scene, device: string): string | undefined =>
  scene
    .device(device)
    .chat.getState()
    .rooms.find(({ id }) => id === ROOM)?.name

const rename = (scene: Scene, by: string, name: string): Promise<unknown> =>
  scene.device(by).chat.request('update-room', { roomId: asRoomId(ROOM), name })

test('a renamed room has its new name within little more than a second on devices that have not opened it', async () => {
  const scene = await Scene.of()
  await scene.kit.addDevice('bob')
  await scene.open('ann')
  void rename(scene, 'ann', 'Lounge')
  await scene.pass(1_300)
  const names = ['ann', 'bob', 'bob-2', 'cat'].map((device) => nameAt(scene, device))
  expect(names).toEqual(['Lounge', 'Lounge', 'Lounge', 'Lounge'])
  await scene.ends()
})

test('new settings and metadata of a room reach the list of a device that has not opened it', async () => {
  const scene = await Scene.of()
  void scene.device('ann').chat.request('update-room', {
    roomId: asRoomId(ROOM),
    metadata: { topic: 'tea' },
    settings: { archived: true },
  })
  await scene.pass(1_300)
  const item = scene.device('bob').chat.getState().rooms[0]
  expect(item?.room).toMatchObject({ metadata: { topic: 'tea' }, settings: { archived: true } })
})

test('a room that is renamed while a device is off the line has its new name with the next sync, and after a reload', async () => {
  const scene = await Scene.of()
  const back = scene.kit.faults.partition({ device: 'bob' })
  void rename(scene, 'ann', 'Lounge')
  await scene.pass(5_000)
  expect(nameAt(scene, 'bob')).toBe(ROOM)
  back()
  await scene.ends()
  expect(nameAt(scene, 'bob')).toBe('Lounge')
})

test('a name that was told by room-activity alone is on the disk: a cold start offline shows it', async () => {
  const scene = await Scene.of()
  void rename(scene, 'ann', 'Lounge')
  await scene.pass(3_000)
  scene.kit.faults.partition({ device: 'bob' })
  scene.device('bob').kill()
  scene.device('bob').start()
  await scene.pass(1_000)
  expect(nameAt(scene, 'bob')).toBe('Lounge')
})

test('a room that was closed just before its rename is told the new name all the same', async () => {
  const scene = await Scene.of()
  await scene.open('bob')
  scene.meets('drop', toClient('bob', 'changes'))
  scene.device('bob').close(ROOM)
  void rename(scene, 'ann', 'Lounge')
  await scene.pass(5_000)
  expect(nameAt(scene, 'bob')).toBe('Lounge')
  await scene.ends()
})

test('a rename on one node reaches the lists of devices on the other', async () => {
  const scene = await Scene.of({ nodes: 2, users: ['ann', 'bob', 'cat', 'dan', 'eve'] })
  await scene.open('ann')
  void rename(scene, 'ann', 'Lounge')
  await scene.pass(2_000)
  const names = scene.world.devices.map(({ name }) => nameAt(scene, name))
  expect(new Set(names)).toEqual(new Set(['Lounge']))
  await scene.ends()
})
