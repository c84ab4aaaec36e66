import { asRoomId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { ROOM, requestOf, Scene, toClient } from './scene'

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

test('a room renamed while a device is offline has its new name with the next sync, and after a reload', async () => {
  const scene = await Scene.of()
  const back = scene.kit.faults.partition({ device: 'bob' })
  void rename(scene, 'ann', 'Lounge')
  await scene.pass(5_000)
  expect(nameAt(scene, 'bob')).toBe(ROOM)
  back()
  await scene.ends()
  expect(nameAt(scene, 'bob')).toBe('Lounge')
})

test('a name that only room-activity sent is on the disk: a cold start offline shows it', async () => {
  const scene = await Scene.of()
  void rename(scene, 'ann', 'Lounge')
  await scene.pass(3_000)
  scene.kit.faults.partition({ device: 'bob' })
  scene.device('bob').kill()
  scene.device('bob').start()
  await scene.pass(1_000)
  expect(nameAt(scene, 'bob')).toBe('Lounge')
})

test('a room closed just before its rename still gets the new name', async () => {
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

/** The user signs in anew on this device, under another name: a running client keeps its token. */
async function signInAs(scene: Scene, device: string, name: string): Promise<void> {
  scene.device(device).userName = name
  scene.device(device).kill()
  scene.device(device).start()
  await scene.until(() => scene.device(device).chat.getState().user?.name === name)
}

const memberNames = (scene: Scene, device: string): string[] =>
  scene
    .room(device)
    .getState()
    .members.map(({ name }) => name)

const senders = (scene: Scene, device: string): string[] =>
  scene
    .room(device)
    .messages()
    .filter(({ type }) => type === 'text')
    .map(({ senderName }) => senderName)

test('their picture comes with it: in member lists, on messages that are there, and on their own devices', async () => {
  const scene = await Scene.of({ nodes: 2, users: ['ann', 'bob', 'cat', 'dan'] })
  await scene.open('ann', 'bob', 'cat')
  void scene.room('ann').send('from ann')
  await scene.pass(1_000)
  await signInAs(scene, 'ann', 'Anna')
  await scene.pass(1_000)
  const avatarUrl = 'https://example.com/Anna.png'
  for (const device of ['bob', 'cat']) {
    const { members, messages } = scene.room(device).getState()
    expect(members.find(({ userId }) => userId === 'ann')).toMatchObject({ avatarUrl })
    const sent = messages.find(({ content }) => content === 'from ann')
    expect(sent).toMatchObject({ senderName: 'ann', senderAvatarUrl: avatarUrl })
  }
  expect(scene.device('ann').chat.getState().user).toEqual({ id: 'ann', name: 'Anna', avatarUrl })
  await scene.ends()
})

test('a user who signs in under a new name has it in open member lists within a second, on all nodes', async () => {
  const scene = await Scene.of({ nodes: 2, users: ['ann', 'bob', 'cat', 'dan'] })
  await scene.open('bob', 'cat', 'dan')
  await signInAs(scene, 'ann', 'Anna')
  await scene.pass(1_000)
  for (const device of ['bob', 'cat', 'dan'])
    expect(memberNames(scene, device)).toEqual(['Anna', 'bob', 'cat', 'dan'])
  await scene.ends()
})

test("a device that was away has a member's new name with its next sync", async () => {
  const scene = await Scene.of()
  await scene.open('bob')
  const back = scene.kit.faults.partition({ device: 'bob' })
  await signInAs(scene, 'ann', 'Anna')
  await scene.pass(2_000)
  expect(memberNames(scene, 'bob')).toEqual(['ann', 'bob', 'cat'])
  back()
  await scene.ends()
  expect(memberNames(scene, 'bob')).toEqual(['Anna', 'bob', 'cat'])
})

test('new messages have the new name from every device, old ones keep theirs', async () => {
  const scene = await Scene.of()
  await scene.kit.addDevice('ann')
  await scene.open('ann', 'ann-2', 'bob')
  scene.room('ann-2').send('before')
  await scene.kit.settle()
  await signInAs(scene, 'ann', 'Anna')
  await scene.pass(500)
  expect(scene.device('ann-2').chat.getState().user).toMatchObject({ id: 'ann', name: 'Anna' })
  scene.room('ann-2').send('after')
  await scene.ends()
  expect(senders(scene, 'bob')).toEqual(['ann', 'Anna'])
})

test('a message that waits on another device shows the new name', async () => {
  const scene = await Scene.of()
  await scene.kit.addDevice('ann')
  await scene.open('ann', 'ann-2')
  scene.meets('drop', requestOf('ann-2', 'send-message'))
  const shown: string[] = []
  scene.room('ann-2').subscribe(() => shown.push(...senders(scene, 'ann-2')))
  scene.room('ann-2').send('waiting')
  await scene.pass(500)
  expect(senders(scene, 'ann-2')).toEqual(['ann'])
  const before = shown.length
  await signInAs(scene, 'ann', 'Anna')
  await scene.pass(500)
  expect(senders(scene, 'ann-2')).toEqual(['Anna'])
  expect(shown.slice(before)).toContain('Anna')
  await scene.ends()
})

test('a user renamed while they type continues to type under the new name', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  await scene.kit.addDevice('ann')
  scene.room('ann').setTyping(true)
  await scene.pass(500)
  await signInAs(scene, 'ann-2', 'Anna')
  await scene.pass(500)
  expect(scene.room('bob').getState().typing).toMatchObject([{ userId: 'ann', name: 'Anna' }])
})

test('the new name is on the disk of the other devices: a cold start offline shows it', async () => {
  const scene = await Scene.of()
  await scene.kit.addDevice('ann')
  await signInAs(scene, 'ann', 'Anna')
  await scene.pass(2_000)
  scene.kit.faults.partition({ device: 'ann-2' })
  scene.device('ann-2').kill()
  scene.device('ann-2').start()
  await scene.pass(1_000)
  expect(scene.device('ann-2').chat.getState().user?.name).toBe('Anna')
})

test('a direct-message room has the new name in all lists', async () => {
  const scene = await Scene.of()
  void scene.device('bob').chat.openDm(['ann'])
  await scene.kit.settle()
  await signInAs(scene, 'ann', 'Anna')
  await scene.pass(2_500)
  const dmOf = (device: string) =>
    scene
      .device(device)
      .chat.getState()
      .rooms.find(({ type }) => type === 'dm')?.name
  expect([dmOf('ann'), dmOf('bob')]).toEqual(['Anna, bob', 'Anna, bob'])
  await scene.ends()
})
