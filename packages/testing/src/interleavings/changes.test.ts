import { asRoomId, asUserId } from '@roomful/protocol'
import { expect, test } from 'vitest'
import type { Frame } from '../world/faults'
import { answerTo, ROOM, requestOf, Scene, toClient } from './scene'

/** The broadcast that carries this rev to a device. */
const changeOf = (device: string, rev: number) => (frame: Frame) =>
  toClient(device, 'changes')(frame) && JSON.stringify(frame.payload).includes(`"changes":[{"rev":${rev},`)

const idOf = (scene: Scene, seq: number): string => scene.truth.rows[seq - 1]?.id ?? ''

test('4: edit arrives before its new', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.meets({ late: 500 }, toClient('bob', 'changes'))
  scene.room('ann').send('new')
  await scene.pass(150)
  scene
    .room('ann')
    .edit(idOf(scene, 1), 'edited')
    .catch(() => {})
  await scene.pass(150)
  expect(scene.texts('bob')).not.toContain('new')
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['edited'])
})

test('5: delete before new, then a stale page', async () => {
  const scene = await Scene.of()
  await scene.fill('ann', 260)
  await scene.open('ann', 'bob')
  scene.meets({ late: 900 }, toClient('bob', 'changes'))
  scene.room('ann').send('gone before it came')
  await scene.pass(150)
  scene.meets({ late: 600 }, answerTo('bob', 'fetch-history'))
  scene
    .room('bob')
    .jumpTo(100)
    .catch(() => {})
  await scene.pass(100)
  scene
    .room('ann')
    .delete(idOf(scene, 261))
    .catch(() => {})
  scene
    .room('ann')
    .delete(idOf(scene, 100))
    .catch(() => {})
  await scene.pass(1_500)
  await scene.ends()
  expect(scene.texts('bob')).not.toContain('text 100')
  await Promise.all([scene.room('bob').jumpTo(261), scene.pass(500)])
  expect(scene.texts('bob')).not.toContain('gone before it came')
})

test('6: page snapshot older than a delivered edit', async () => {
  const scene = await Scene.of()
  await scene.fill('ann', 260)
  await scene.open('ann', 'bob')
  scene.meets({ late: 600 }, answerTo('bob', 'fetch-history'))
  scene
    .room('bob')
    .jumpTo(100)
    .catch(() => {})
  await scene.pass(100)
  scene
    .room('ann')
    .edit(idOf(scene, 100), 'edited')
    .catch(() => {})
  await scene.pass(1_000)
  await scene.ends()
  expect(scene.texts('bob')).toContain('edited')
  expect(scene.texts('bob')).not.toContain('text 100')
})

test('7: reaction rev 12 before edit rev 11 of one message', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob', 'cat')
  scene.room('ann').send('liked')
  await scene.kit.settle()
  scene.meets({ late: 400 }, toClient('bob', 'changes'))
  scene
    .room('ann')
    .edit(idOf(scene, 1), 'edited')
    .catch(() => {})
  await scene.pass(120)
  scene
    .room('cat')
    .react(idOf(scene, 1), '👍', 'add')
    .catch(() => {})
  await scene.pass(120)
  await scene.ends()
  expect(scene.room('bob').messages()[0]).toMatchObject({
    content: 'edited',
    reactions: [{ emoji: '👍', count: 1 }],
  })
})

test('8: sync reply older than the cursor', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.room('ann').send('one')
  await scene.kit.settle()
  scene.meets({ late: 700 }, answerTo('bob', 'sync'))
  scene.kit.faults.disconnect({ user: 'bob' })
  await scene.until(() => scene.room('bob').getState().status === 'catching-up')
  await scene.pass(150)
  for (const text of ['two', 'three']) scene.room('ann').send(text)
  await scene.pass(2_000)
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['one', 'two', 'three'])
})

test('9: paged sync interrupted while an unsent row changes', async () => {
  const scene = await Scene.of()
  await scene.fill('ann', 190)
  await scene.open('ann', 'bob')
  await scene.fill('bob', 190)
  await scene.fill('cat', 190)
  await scene.kit.settle()
  const heal = scene.kit.faults.partition({ user: 'bob' })
  for (const user of ['ann', 'bob', 'cat']) await scene.editAll(user)
  const pages: unknown[] = []
  scene.world.context.rules.push((frame) => {
    if (answerTo('bob', 'sync')(frame)) pages.push(frame.payload)
    return undefined
  })
  heal()
  await scene.until(() => pages.length === 1)
  await scene.pass(60)
  scene
    .room('ann')
    .edit(idOf(scene, 1), 'changed between the pages')
    .catch(() => {})
  scene.kit.faults.disconnect({ user: 'bob' })
  await scene.ends()
  expect(JSON.stringify(pages[0])).toContain('"cont"')
  const row = scene.world.watch.model(scene.device('bob'), ROOM)
  expect(row?.sync.cursor).toBe(scene.truth.rev)
  expect(scene.texts('bob').filter((text) => !text.endsWith('!'))).toEqual(['changed between the pages'])
})

test('10: limited sync with a live row inside the new hole whose edit was lost', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.room('ann').send('before')
  await scene.kit.settle()
  // Bob misses everything except one message in the middle, then that one's edit.
  scene.meets('drop', changeOf('bob', 5), 1)
  scene.meets('drop', (frame) => toClient('bob', 'changes')(frame) && !changeOf('bob', 55)(frame), 100)
  scene.meets('drop', requestOf('bob', 'sync'), 1)
  await scene.fill('ann', 250)
  scene
    .room('ann')
    .edit(idOf(scene, 60), 'edited in the hole')
    .catch(() => {})
  await scene.pass(3_000)
  await scene.ends()
  await Promise.all([scene.room('bob').jumpTo(60), scene.pass(500)])
  expect(scene.texts('bob')).toContain('edited in the hole')
})

test('11: last event in a quiet room lost', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.kit.faults.lose({ user: 'bob' })
  scene.room('ann').send('the last word')
  await scene.pass(11_000)
  expect(scene.texts('bob')).toEqual(['the last word'])
  await scene.ends()
})

test('13: node B publishes rev 11 before node A publishes 10', async () => {
  const scene = await Scene.of({ nodes: 2 })
  await scene.open('ann', 'bob', 'cat')
  const nodeOf = (name: string) => scene.world.linkOf(scene.device(name))?.node
  while (nodeOf('ann') === nodeOf('bob')) {
    scene.kit.faults.disconnect({ user: 'bob' })
    await scene.kit.settle()
  }
  const { context } = scene.world
  context.rates = { ...context.rates, storeSlow: 1, storeSlowMs: 600 }
  scene.room('ann').send('committed first')
  await scene.until(() => scene.truth.rows.length === 1)
  context.rates = { ...context.rates, storeSlow: 0 }
  scene.room('bob').send('published first')
  await scene.until(() => scene.truth.rows.length === 2)
  await scene.ends()
  for (const name of ['ann', 'bob', 'cat'])
    expect(scene.texts(name)).toEqual(['committed first', 'published first'])
})

test('14: commit between subscribe and read', async () => {
  const scene = await Scene.of()
  await scene.open('ann')
  scene.meets({ late: 400 }, requestOf('bob', 'sync'))
  scene
    .device('bob')
    .open(ROOM)
    .catch(() => {})
  await scene.pass(150)
  scene.room('ann').send('in between')
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['in between'])
})

test('18: kicked while offline, re-invited with a later fromSeq, back with the old cursor', async () => {
  // Under consent they would have to accept first: their one room with ann is gone.
  const scene = await Scene.of({ invitations: 'open' })
  await scene.fill('ann', 20)
  await scene.open('ann', 'bob')
  const heal = scene.kit.faults.partition({ user: 'bob' })
  const [roomId, userId] = [asRoomId(ROOM), asUserId('bob')]
  await Promise.all([scene.device('ann').chat.request('remove-member', { roomId, userId }), scene.pass(300)])
  scene.room('ann').send('not for bob')
  await scene.pass(300)
  await Promise.all([scene.device('ann').chat.request('add-member', { roomId, userId }), scene.pass(300)])
  scene.room('ann').send('for bob again')
  await scene.pass(300)
  heal()
  await scene.ends()
  expect(scene.texts('bob')).not.toContain('not for bob')
  expect(scene.texts('bob')).toContain('for bob again')
})

test('19: database restored, then new revs overtake the old numbers', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.room('ann').send('kept')
  await scene.kit.settle()
  scene.world.database.takeBackup()
  for (const text of ['lost 1', 'lost 2', 'lost 3']) scene.room('ann').send(text)
  await scene.kit.settle()
  for (const node of scene.world.nodes) node.crash()
  scene.world.database.restore()
  const heal = scene.kit.faults.partition({ user: 'bob' })
  scene.world.startNode()
  await scene.kit.settle()
  for (let i = 1; i <= 8; i++) scene.room('cat').send(`new ${i}`)
  await scene.pass(2_000)
  heal()
  await scene.ends()
  expect(scene.texts('bob')).toEqual(scene.truth.rows.map((row) => row.content))
  expect(scene.texts('bob')).not.toContain('lost 2')
})

test('22: jump to seq 5000 and scroll until the ranges meet', async () => {
  const scene = await Scene.of()
  await scene.fill('ann', 5_400)
  await scene.open('bob')
  const room = scene.room('bob')
  await Promise.all([room.jumpTo(5_000), scene.pass(500)])
  expect(scene.texts('bob')).toContain('text 5000')
  // A message that arrives meanwhile belongs to the newest range, not behind what is shown.
  await scene.fill('cat', 1)
  await scene.pass(500)
  expect(room.messages().at(-1)?.seq).toBeLessThan(5_400)
  for (let i = 0; i < 20 && room.getState().hasNewer; i++)
    await Promise.all([room.loadNewer(50), scene.pass(500)])
  const shown = room.messages().map((message) => message.seq)
  expect(room.getState().hasNewer).toBe(false)
  expect(shown.at(-1)).toBe(5_401)
  expect(shown).toEqual(Array.from({ length: shown.length }, (_, i) => 5_401 - shown.length + 1 + i))
  expect(shown[0]).toBeLessThanOrEqual(5_000)
  await scene.ends()
})

test('23: delete of an uncached unread message, delivered twice', async () => {
  const scene = await Scene.of()
  await scene.fill('ann', 260)
  await scene.open('ann', 'bob')
  scene.room('bob').markRead(200)
  await scene.kit.settle()
  expect(scene.room('bob').getState().unread).toBe(60)
  scene.meets('double', toClient('bob', 'changes'), 2)
  scene
    .room('ann')
    .delete(idOf(scene, 205))
    .catch(() => {})
  await scene.pass(500)
  expect(scene.room('bob').getState().unread).toBe(59)
  await scene.ends()
})
