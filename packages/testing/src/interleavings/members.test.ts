import type { RoomState } from '@roomful/client'
import { asMessageId, asRoomId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import type { Device } from '../world/device'
import type { Frame } from '../world/faults'
import { answerTo, Scene, toClient } from './scene'

const CROWD = 'crowd'
const people = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `u${String(i + 1).padStart(4, '0')}`)

/** A room of ann, who owns it, bob, cat and these others; the three have a device each. */
async function crowd(others: number, options: Parameters<typeof Scene.of>[0] = {}): Promise<Scene> {
  const scene = await Scene.of(options)
  await scene.world.addRoom(CROWD, 'public', ['ann', 'bob', 'cat', ...people(others)])
  scene.kit.faults.disconnect()
  await scene.kit.settle()
  return scene
}

const stateOf = (scene: Scene, device: string): RoomState => scene.device(device).room(CROWD).getState()
const idsOf = (scene: Scene, device: string): string[] =>
  stateOf(scene, device).members.map(({ userId }) => userId)
const listed = (scene: Scene, device: string): number | undefined =>
  scene
    .device(device)
    .chat.getState()
    .rooms.find(({ id }) => id === CROWD)?.memberCount

async function open(scene: Scene, ...names: string[]): Promise<void> {
  for (const name of names)
    scene
      .device(name)
      .open(CROWD)
      .catch(() => {})
  await scene.kit.settle()
}

async function load(scene: Scene, device: string, count?: number): Promise<void> {
  const loading = scene.device(device).room(CROWD).loadMembers(count)
  await scene.pass(1_000)
  await loading
}

async function loadAll(scene: Scene, device: string): Promise<void> {
  while (stateOf(scene, device).hasMoreMembers) await load(scene, device)
}

const ask = (scene: Scene, by: string, event: 'add-member' | 'remove-member' | 'ban-member', user: string) =>
  scene.device(by).chat.request(event, { roomId: asRoomId(CROWD), userId: asUserId(user) })

/** Without the wait of a request for each. */
async function kickAll(scene: Scene, users: readonly string[]): Promise<void> {
  const [node] = scene.world.nodes
  const actor = { id: asUserId('ann'), name: 'ann', admin: false }
  const ops = users.map((user) => ({
    ...({ kind: 'kick', actor, at: scene.world.time.now } as const),
    ...{ targetId: asUserId(user), messageId: asMessageId(`kick-${user}`) },
  }))
  await node?.chatNode.services.pipeline.submitAll(asRoomId(CROWD), ops)
}

test('a room of 251 members shows 251, and loads the others page by page, in the order of their ids', async () => {
  const scene = await crowd(248)
  expect(listed(scene, 'bob')).toBe(251)
  await open(scene, 'bob')
  expect(stateOf(scene, 'bob')).toMatchObject({ memberCount: 251, hasMoreMembers: true })
  expect(idsOf(scene, 'bob')).toEqual(['bob'])
  await load(scene, 'bob')
  expect(idsOf(scene, 'bob')).toEqual(['ann', 'bob', 'cat', ...people(97)])
  await load(scene, 'bob', 10)
  expect(idsOf(scene, 'bob')).toEqual(['ann', 'bob', 'cat', ...people(107)])
  await loadAll(scene, 'bob')
  expect(idsOf(scene, 'bob')).toEqual(['ann', 'bob', 'cat', ...people(248)])
  expect(stateOf(scene, 'bob')).toMatchObject({ hasMoreMembers: false, loadingMembers: false })
  await scene.ends()
})

test('a room of 200 members is loaded whole, as before', async () => {
  const scene = await crowd(197)
  await open(scene, 'bob')
  expect(stateOf(scene, 'bob')).toMatchObject({ memberCount: 200, hasMoreMembers: false })
  expect(idsOf(scene, 'bob')).toHaveLength(200)
  await scene.ends()
})

test('the count follows joins, leaves, kicks and bans, in the open room and in the list', async () => {
  const scene = await crowd(250, { users: ['ann', 'bob', 'cat', 'dot'] })
  await open(scene, 'ann', 'bob')
  const counts = () => [
    stateOf(scene, 'ann').memberCount,
    listed(scene, 'ann'),
    listed(scene, 'bob'),
    listed(scene, 'cat'),
  ]
  const after = async (step: Promise<unknown>): Promise<(number | undefined)[]> => {
    void step
    await scene.pass(2_500)
    return counts()
  }
  expect(counts()).toEqual([253, 253, 253, 253])
  expect(await after(scene.device('dot').chat.joinRoom(CROWD))).toEqual([254, 254, 254, 254])
  expect(await after(scene.device('dot').chat.leaveRoom(CROWD))).toEqual([253, 253, 253, 253])
  expect(await after(ask(scene, 'ann', 'remove-member', 'u0007'))).toEqual([252, 252, 252, 252])
  expect(await after(ask(scene, 'ann', 'ban-member', 'u0008'))).toEqual([251, 251, 251, 251])
  expect(await after(ask(scene, 'ann', 'ban-member', 'u0007'))).toEqual([251, 251, 251, 251])
  expect(await after(ask(scene, 'ann', 'add-member', 'dot'))).toEqual([252, 252, 252, 252])
  await scene.ends()
})

test('a member kicked while a page with them is in flight is not shown', async () => {
  const scene = await crowd(300)
  await open(scene, 'ann', 'bob')
  scene.meets({ late: 1_000 }, answerTo('bob', 'fetch-members'))
  const loading = scene.device('bob').room(CROWD).loadMembers()
  await scene.pass(200)
  void ask(scene, 'ann', 'remove-member', 'u0005')
  await scene.pass(3_000)
  await loading
  expect(idsOf(scene, 'bob')).not.toContain('u0005')
  await loadAll(scene, 'bob')
  expect(idsOf(scene, 'bob')).toHaveLength(302)
  await scene.ends()
})

test('a member who joins while pages load is shown, before and after what is loaded', async () => {
  const scene = await crowd(300, { users: ['ann', 'bob', 'cat', 'aaa', 'zzz'] })
  await open(scene, 'bob')
  await load(scene, 'bob')
  void scene.device('aaa').chat.joinRoom(CROWD)
  void scene.device('zzz').chat.joinRoom(CROWD)
  await loadAll(scene, 'bob')
  expect(idsOf(scene, 'bob')).toEqual(['aaa', 'ann', 'bob', 'cat', ...people(300), 'zzz'])
  await scene.ends()
})

test('a load that loses its connection continues with the next one', async () => {
  const scene = await crowd(300)
  await open(scene, 'bob')
  scene.meets('drop', answerTo('bob', 'fetch-members'))
  const loading = scene.device('bob').room(CROWD).loadMembers()
  await scene.pass(100)
  scene.kit.faults.disconnect({ device: 'bob' })
  await scene.pass(20_000)
  await loading
  expect(idsOf(scene, 'bob')).toHaveLength(100)
  await scene.ends()
})

test('two concurrent calls are one request', async () => {
  const scene = await crowd(300)
  await open(scene, 'bob')
  const asked: Frame[] = []
  scene.world.context.rules.push((frame) => {
    if (frame.event === 'fetch-members' && !frame.isAck) asked.push(frame)
    return undefined
  })
  const room = scene.device('bob').room(CROWD)
  const both = Promise.all([room.loadMembers(), room.loadMembers()])
  await scene.pass(1_000)
  await both
  expect(asked).toHaveLength(1)
  expect(idsOf(scene, 'bob')).toHaveLength(100)
})

test('loaded members are right again after an absence in which a few changed', async () => {
  const scene = await crowd(300)
  await open(scene, 'ann', 'bob')
  await loadAll(scene, 'bob')
  const back = scene.kit.faults.partition({ device: 'bob' })
  void ask(scene, 'ann', 'remove-member', 'u0005')
  await scene.pass(5_000)
  back()
  await scene.ends()
  expect(idsOf(scene, 'bob')).toHaveLength(302)
  expect(stateOf(scene, 'bob').hasMoreMembers).toBe(false)
})

test('after an absence with more changes than a sync sends, loaded members are dropped and loaded anew', async () => {
  const scene = await crowd(450)
  await open(scene, 'ann', 'bob')
  await loadAll(scene, 'bob')
  const back = scene.kit.faults.partition({ device: 'bob' })
  void kickAll(scene, people(201))
  await scene.pass(10_000)
  back()
  await scene.kit.settle()
  expect(stateOf(scene, 'bob')).toMatchObject({ memberCount: 252, hasMoreMembers: true })
  expect(idsOf(scene, 'bob')).not.toContain('u0001')
  await loadAll(scene, 'bob')
  expect(idsOf(scene, 'bob')).toHaveLength(252)
  await scene.ends()
})

test('receipts and typing of members who are not loaded are shown', async () => {
  const scene = await crowd(300)
  await open(scene, 'ann', 'bob')
  scene.device('ann').room(CROWD).send('hello')
  await scene.pass(1_000)
  scene.device('bob').room(CROWD).markRead()
  scene.device('bob').room(CROWD).setTyping(true)
  await scene.pass(2_000)
  const { members, reads, typing } = stateOf(scene, 'ann')
  expect(members.map(({ userId }) => userId)).toEqual(['ann'])
  expect(reads.get('bob')).toBe(1)
  expect(typing.map(({ userId }) => userId)).toEqual(['bob'])
})

test('the count is on the disk: a cold start without a connection shows it', async () => {
  const scene = await crowd(300)
  scene.kit.faults.partition({ device: 'bob' })
  const device: Device = scene.device('bob')
  device.kill()
  device.start()
  await scene.pass(1_000)
  expect(listed(scene, 'bob')).toBe(303)
})

test('a sync corrects a count whose broadcast was lost', async () => {
  const scene = await crowd(250, { users: ['ann', 'bob', 'cat', 'dot'] })
  await open(scene, 'bob')
  scene.meets('drop', toClient('bob', 'changes'))
  void scene.device('dot').chat.joinRoom(CROWD)
  await scene.pass(15_000)
  expect(stateOf(scene, 'bob').memberCount).toBe(254)
  await scene.ends()
})

test('P15: without a count from the server, as many as are loaded are shown', async () => {
  const scene = await Scene.of()
  const strip = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    Reflect.deleteProperty(value, 'memberCount')
    for (const inner of Object.values(value)) strip(inner)
  }
  scene.world.context.rules.push((frame) => {
    strip(frame.payload)
    return undefined
  })
  scene.kit.faults.disconnect()
  await scene.open('bob')
  expect(scene.room('bob').getState()).toMatchObject({ hasMoreMembers: false })
  expect(scene.room('bob').getState().members).toHaveLength(3)
})
