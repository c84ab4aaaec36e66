import { asRoomId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { answerTo, ROOM, requestOf, Scene, toClient } from './scene'

// Orders of frames that one schedule can have in more than one way: each frame is held and released by hand.

const idOf = (scene: Scene, seq: number): string => scene.truth.rows[seq - 1]?.id ?? ''

/** Counts the frames that match from now on. */
function counted(scene: Scene, fits: Parameters<Scene['meets']>[1]): { readonly count: number } {
  let count = 0
  scene.world.context.rules.push((frame) => {
    if (fits(frame)) count++
    return undefined
  })
  return {
    get count() {
      return count
    },
  }
}

/** The next two broadcasts to ann. */
const twoChanges = (scene: Scene) => {
  const next = () => scene.kit.faults.hold('event', 'changes', { user: 'ann' })
  return [next(), next()] as const
}

const say = async (scene: Scene, user: string, content: string): Promise<void> => {
  scene.room(user).send(content)
  await scene.pass(150)
}

test('3: an own send behind a missing change shows as sent at once, and in its place once that arrives', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const first = scene.kit.faults.hold('event', 'changes', { user: 'ann' })
  await say(scene, 'bob', 'first')
  expect(first.isThere).toBe(true)
  const sent = scene.room('ann').send('second')
  await scene.pass(150)
  expect(scene.room('ann').messages()).toMatchObject([{ key: sent.clientId, status: 'sent', seq: 2 }])
  first.release()
  expect(scene.texts('ann')).toEqual(['first', 'second'])
  expect(scene.room('ann').messages()[1]?.key).toBe(sent.clientId)
  await scene.ends()
})

test('6: a page older than the cursor at its request is requested again', async () => {
  const scene = await Scene.of()
  await scene.fill('bob', 260)
  await scene.open('ann', 'bob', 'cat')
  let stale: unknown
  scene.world.context.rules.push((frame) => {
    if (answerTo('cat', 'fetch-history')(frame)) stale ??= frame.payload
    return undefined
  })
  await Promise.all([scene.room('cat').loadOlder(30), scene.pass(300)])
  scene
    .room('bob')
    .edit(idOf(scene, 200), 'edited')
    .catch(() => {})
  await scene.pass(300)
  const pages = counted(scene, requestOf('ann', 'fetch-history'))
  scene.meets({ instead: stale }, answerTo('ann', 'fetch-history'))
  await Promise.all([scene.room('ann').loadOlder(30), scene.pass(5_000)])
  expect(pages.count).toBe(2)
  expect(scene.texts('ann')).toContain('edited')
  await scene.ends()
})

test('8: a sync of a reader that lags behind the cursor at the request is requested again', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  await say(scene, 'ann', 'one')
  let stale: unknown
  scene.world.context.rules.push((frame) => {
    if (answerTo('bob', 'sync')(frame)) stale ??= frame.payload
    return undefined
  })
  scene.kit.faults.disconnect({ user: 'bob' })
  await scene.kit.settle()
  for (const text of ['two', 'three']) await say(scene, 'ann', text)
  const { unread } = scene.room('bob').getState()
  expect(unread).toBe(3)
  scene.meets({ instead: stale }, answerTo('bob', 'sync'))
  const syncs = counted(scene, requestOf('bob', 'sync'))
  scene.kit.faults.lose({ user: 'bob' })
  scene
    .room('ann')
    .edit(idOf(scene, 1), 'edited')
    .catch(() => {})
  await scene.pass(150)
  scene
    .room('ann')
    .edit(idOf(scene, 2), 'edited')
    .catch(() => {})
  const unreads = new Set<number>()
  scene.room('bob').subscribe(() => unreads.add(scene.room('bob').getState().unread))
  await scene.pass(2_000)
  expect(syncs.count).toBe(2)
  expect([...unreads]).toEqual([3])
  expect(scene.texts('bob')).toEqual(['edited', 'edited', 'three'])
  await scene.ends()
})

test('13: an overtaken rev is waited for, without a sync', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const [first, overtook] = twoChanges(scene)
  const syncs = counted(scene, requestOf('ann', 'sync'))
  scene.room('bob').send('from node A')
  await scene.until(() => first.isThere)
  scene.room('bob').send('from node B')
  await scene.until(() => overtook.isThere)
  overtook.release()
  expect(scene.texts('ann')).toEqual([])
  await scene.pass(200)
  first.release()
  expect(scene.texts('ann')).toEqual(['from node A', 'from node B'])
  await scene.pass(2_000)
  expect(syncs.count).toBe(0)
  await scene.ends()
})

test('13: and if it never comes, a sync fetches it after 250 ms', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const [lost, seen] = twoChanges(scene)
  const syncs = counted(scene, requestOf('ann', 'sync'))
  scene.room('bob').send('lost')
  await scene.until(() => lost.isThere)
  scene.room('bob').send('seen')
  await scene.until(() => seen.isThere)
  seen.release()
  await scene.pass(249)
  expect(syncs.count).toBe(0)
  await scene.pass(1)
  expect(syncs.count).toBe(1)
  expect(scene.room('ann').getState().status).toBe('catching-up')
  await scene.kit.settle()
  expect(scene.texts('ann')).toEqual(['lost', 'seen'])
  await scene.ends()
})

test('14: what is committed after the read and delivered before its answer is not missed', async () => {
  const scene = await Scene.of()
  await scene.open('bob')
  const answer = scene.kit.faults.hold('answer', 'sync', { user: 'ann' })
  scene
    .device('ann')
    .open(ROOM)
    .catch(() => {})
  await scene.until(() => answer.isThere)
  await say(scene, 'bob', 'early bird')
  answer.release()
  await scene.pass(1)
  expect(scene.texts('ann')).toEqual(['early bird'])
  await scene.ends()
})

test('18: kicked while offline and not invited again: the copy is deleted, the text of the unsent message stays', async () => {
  const scene = await Scene.of()
  await scene.fill('ann', 5)
  await scene.open('ann', 'bob')
  const heal = scene.kit.faults.partition({ user: 'bob' })
  const sent = scene.room('bob').send('too late')
  const refused = sent.catch((error: unknown) => error)
  const [roomId, userId] = [asRoomId(ROOM), asUserId('bob')]
  await Promise.all([scene.device('ann').chat.request('remove-member', { roomId, userId }), scene.pass(300)])
  heal()
  await scene.kit.settle()
  expect(scene.room('bob').getState()).toMatchObject({ status: 'removed', error: { code: 'ROOM_NOT_FOUND' } })
  expect(await refused).toMatchObject({ code: 'ROOM_NOT_FOUND' })
  expect(scene.room('bob').messages()).toMatchObject([{ content: 'too late', status: 'failed' }])
  expect(scene.device('bob').chat.getState().rooms).toEqual([])
})

test('I14: a room that no list has had yet is deleted, and closed before anything says so: its copy goes (seed 10248)', async () => {
  const scene = await Scene.of()
  const { rules } = scene.world.context
  const bob = scene.device('bob')
  const isAnswer = answerTo('bob', 'sync')
  const NEW = 'new'
  await scene.world.addRoom(NEW, 'public', ['ann', 'bob'])
  await scene.kit.fill(NEW, 'ann', 5)
  // Its rows come, and it is on no list.
  rules.push((frame) =>
    isAnswer(frame) ? { instead: { ...Object(frame.payload), list: undefined } } : undefined,
  )
  bob.open(NEW).catch(() => {})
  await scene.kit.settle()
  expect(bob.room(NEW).messages()).toHaveLength(5)
  expect(bob.chat.getState().rooms.map(({ id }) => id)).not.toContain(NEW)
  rules.length = 0
  rules.push((frame) => (isAnswer(frame) || toClient('bob', 'room-removed')(frame) ? 'drop' : undefined))
  const [node] = scene.world.nodes
  await Promise.all([node?.chatNode.deleteRoom(asRoomId(NEW), asUserId('admin')), scene.pass(1_000)])
  bob.close(NEW)
  await scene.pass(5_000)
  rules.length = 0
  await scene.ends()
})

test('1: killed before the first emit, unsent messages are on the disk and go out at the next start', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const heal = scene.kit.faults.partition({ user: 'ann' })
  await scene.until(() => scene.room('ann').getState().status === 'offline')
  for (const text of ['one', 'two']) scene.room('ann').send(text)
  await scene.pass(1_000)
  scene.device('ann').kill()
  scene.device('ann').start()
  await scene.pass(1_000)
  expect(scene.room('ann').messages()).toMatchObject([
    { content: 'one', status: 'queued' },
    { content: 'two', status: 'queued' },
  ])
  expect(scene.truth.rows).toEqual([])
  heal()
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['one', 'two'])
})

test('1: nothing is emitted before it is on the disk', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const { disk } = scene.device('ann')
  if (disk === undefined) throw new Error('a device of a scene has a disk')
  disk.stalledUntil = scene.world.time.now + 1_000
  const sends = counted(scene, requestOf('ann', 'send-message'))
  const { clientId } = scene.room('ann').send('careful')
  await scene.pass(900)
  expect(scene.room('ann').messages()).toMatchObject([{ status: 'queued' }])
  expect({ sends: sends.count, onDisk: disk.hasEntry(clientId) }).toEqual({ sends: 0, onDisk: false })
  await scene.until(() => disk.hasEntry(clientId))
  await scene.pass(10)
  expect(sends.count).toBe(1)
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['careful'])
})

test('9: between the pages of a sync the cursor stays, and changes in that time are in a later page', async () => {
  const scene = await Scene.of()
  await scene.fill('ann', 190)
  await scene.open('ann', 'bob')
  for (const user of ['bob', 'cat']) await scene.fill(user, 190)
  await scene.kit.settle()
  const heal = scene.kit.faults.partition({ user: 'bob' })
  for (const user of ['ann', 'bob', 'cat']) await scene.editAll(user)
  const cursor = () => scene.world.watch.model(scene.device('bob'), ROOM)?.sync.cursor
  const before = cursor()
  const [first, second] = [0, 1].map(() => scene.kit.faults.hold('answer', 'sync', { user: 'bob' }))
  heal()
  await scene.until(() => first?.isThere === true)
  first?.release()
  await scene.until(() => second?.isThere === true)
  expect(scene.texts('bob').some((text) => text.endsWith('!'))).toBe(true)
  expect(cursor()).toBe(before)
  scene
    .room('ann')
    .edit(idOf(scene, 1), 'edited again')
    .catch(() => {})
  await scene.pass(300)
  second?.release()
  await scene.ends()
  expect(scene.texts('bob').filter((text) => !text.endsWith('!'))).toEqual(['edited again'])
})

test('17: a refused message goes out on retry, and then the reply to it', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.kit.faults.refuse('send-message', 'MUTED', { user: 'ann' })
  const third = scene.room('ann').send('three')
  const fifth = scene.room('ann').send({ content: 'five', replyTo: third.clientId })
  const refused = [third, fifth].map((sent) => sent.catch((error: unknown) => error))
  await scene.pass(500)
  expect(await refused[0]).toMatchObject({ code: 'MUTED' })
  expect(await refused[1]).toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
  expect(scene.room('ann').messages()).toMatchObject([
    { content: 'three', status: 'failed' },
    { content: 'five', status: 'failed' },
  ])
  for (const { clientId } of [third, fifth]) {
    scene.room('ann').retry(clientId)
    await scene.kit.settle()
  }
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['three', 'five'])
  expect(scene.truth.rows[1]?.replyTo).toBe(scene.truth.rows[0]?.id)
})
