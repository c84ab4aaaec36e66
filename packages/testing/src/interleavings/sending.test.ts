import { describe, expect, test } from 'vitest'
import type { Verdict } from '../world/faults'
import { answerTo, ROOM, Scene, toClient } from './scene'

test('1: ack lost after commit, app killed, restart from disk, resend', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  scene.meets('drop', answerTo('ann', 'send-message'))
  scene.meets('drop', toClient('ann', 'changes'))
  scene.room('ann').send('once')
  await scene.until(() => scene.truth.rows.length === 1)
  scene.device('ann').kill()
  await scene.pass(1_000)
  scene.device('ann').start()
  await scene.ends()
  expect(scene.truth.rows).toHaveLength(1)
  expect(scene.texts('ann')).toEqual(['once'])
})

test('2: two sockets send one clientId at once', async () => {
  const scene = await Scene.of({ nodes: 2 })
  await scene.open('ann')
  const { disk } = scene.device('ann')
  const heal = scene.kit.faults.partition({ user: 'ann' })
  scene.room('ann').send('from two tabs')
  await scene.pass(500)
  // A second tab of the same browser: the same disk, and with it the same outbox.
  const tab = scene.world.addDevice({ name: 'ann-tab', user: 'ann', ...(disk ? { disk } : {}) })
  tab.isOnline = false
  tab.start()
  await scene.pass(500)
  tab.open(ROOM).catch(() => {})
  tab.isOnline = true
  heal()
  tab.wakeUp('online')
  await scene.ends()
  expect(scene.truth.rows.map((row) => row.content)).toEqual(['from two tabs'])
  for (const name of ['ann', 'ann-tab']) expect(scene.texts(name)).toEqual(['from two tabs'])
})

describe('3: an own send is confirmed by', () => {
  test.each<[string, Verdict | undefined, Verdict | undefined]>([
    ['its echo first', undefined, { late: 300 }],
    ['its ack first', { late: 300 }, undefined],
    ['its echo only', undefined, 'drop'],
    ['its ack only', 'drop', undefined],
    ['neither: it is found in the tail', 'drop', 'drop'],
  ])('%s', async (_, echo, ack) => {
    const scene = await Scene.of()
    await scene.open('ann')
    if (echo) scene.meets(echo, toClient('ann', 'changes'))
    if (ack) scene.meets(ack, answerTo('ann', 'send-message'))
    const sent = scene.room('ann').send('settled')
    const keys = new Set<string>()
    scene.room('ann').subscribe(() => {
      const shown = scene.room('ann').messages()
      expect(shown).toHaveLength(1)
      for (const message of shown) keys.add(message.key)
    })
    await scene.ends()
    expect((await sent).seq).toBe(1)
    expect([...keys]).toEqual([sent.clientId])
  })
})

test('12: crash between commit and publish', async () => {
  const scene = await Scene.of({ nodes: 2 })
  await scene.open('ann', 'bob', 'cat')
  scene.world.context.rates = { ...scene.world.context.rates, storeSlow: 1, storeSlowMs: 400 }
  scene.room('ann').send('committed, told to nobody')
  await scene.until(() => scene.truth.rows.length === 1)
  scene.world.linkOf(scene.device('ann'))?.node.crash()
  scene.world.context.rates = { ...scene.world.context.rates, storeSlow: 0 }
  await scene.pass(500)
  scene.world.startNode()
  await scene.ends()
  for (const name of ['ann', 'bob', 'cat']) expect(scene.texts(name)).toEqual(['committed, told to nobody'])
})

test('15: edit A (ack lost), edit B from the phone, retry of A', async () => {
  const scene = await Scene.of()
  await scene.kit.addDevice('ann')
  await scene.open('ann', 'ann-2')
  scene.room('ann').send('first')
  await scene.kit.settle()
  const id = scene.truth.rows[0]?.id ?? ''
  scene.meets('drop', answerTo('ann', 'edit-message'))
  scene.meets('drop', toClient('ann', 'changes'))
  scene
    .room('ann')
    .edit(id, 'A')
    .catch(() => {})
  await scene.pass(200)
  await Promise.all([scene.room('ann-2').edit(id, 'B'), scene.pass(200)])
  await scene.ends()
  expect(scene.truth.rows[0]?.content).toBe('B')
  expect(scene.texts('ann')).toEqual(['B'])
})

test('16: delete of a message in flight; the ack comes, then the connection drops', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const { clientId } = scene.room('ann').send('taken back')
  await scene.pass(10)
  scene
    .room('ann')
    .delete(clientId)
    .catch(() => {})
  await scene.until(() => scene.room('ann').messages()[0]?.status === 'sent')
  scene.kit.faults.disconnect({ user: 'ann' })
  await scene.ends()
  expect(scene.truth.rows[0]).toMatchObject({ deleted: true, content: '' })
  expect(scene.texts('bob')).toEqual([])
})

test('17: five queued sends, drop after the second commit, third refused, fifth replies to the third', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const heal = scene.kit.faults.partition({ user: 'ann' })
  const room = scene.room('ann')
  room.send('one')
  room.send('two')
  const third = room.send({ content: 'three', replyTo: 'no-such-message' })
  room.send('four')
  const fifth = room.send({ content: 'five', replyTo: third.clientId })
  for (const sent of [third, fifth]) sent.catch(() => {})
  await scene.pass(500)
  heal()
  await scene.until(() => scene.truth.rows.length >= 2)
  scene.kit.faults.disconnect({ user: 'ann' })
  await scene.ends()
  expect(scene.texts('bob')).toEqual(['one', 'two', 'four'])
  const failed = room.messages().filter((message) => message.status === 'failed')
  expect(failed.map((message) => message.content)).toEqual(['three', 'five'])
})

test('20: the tab that owns the outbox dies while another is ahead in memory', async () => {
  const scene = await Scene.of()
  await scene.open('ann', 'bob')
  const { disk } = scene.device('ann')
  const tab = scene.world.addDevice({ name: 'ann-tab', user: 'ann', ...(disk ? { disk } : {}) })
  tab.start()
  tab.open(ROOM).catch(() => {})
  await scene.kit.settle()
  scene.meets('drop', answerTo('ann', 'send-message'))
  scene.room('ann').send('sent by the one that died')
  scene.room('ann').send('and this behind it')
  await scene.until(() => scene.truth.rows.length >= 1)
  scene.device('ann').kill()
  tab.room(ROOM).send('by the other')
  await scene.pass(2_000)
  scene.device('ann').start()
  await scene.ends()
  expect([...scene.texts('bob')].sort()).toEqual([
    'and this behind it',
    'by the other',
    'sent by the one that died',
  ])
  expect(scene.texts('ann')).toEqual(scene.texts('bob'))
  expect(scene.texts('ann-tab')).toEqual(scene.texts('bob'))
})

test('21: mark-read 50 then 40 from two devices', async () => {
  const scene = await Scene.of()
  await scene.kit.addDevice('bob')
  await scene.fill('ann', 60)
  await scene.open('bob', 'bob-2')
  scene.room('bob').markRead(50)
  await scene.pass(1_000)
  scene.meets('drop', toClient('bob-2', 'read-receipts'), 5)
  scene.room('bob-2').markRead(40)
  await scene.ends()
  for (const name of ['bob', 'bob-2'])
    expect(scene.room(name).getState()).toMatchObject({ lastReadSeq: 50, unread: 10 })
})
