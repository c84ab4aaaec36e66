import { expect, test } from 'vitest'
import { hooked, putIn } from '../test-support/copies'
import { addMessage } from '../test-support/model-room'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
import { memoryStore } from './backends/memory'
import { type LocalStore, LocalStoreError } from './port'

/** An app's store that refuses values with `odd`. */
function picky(disk: LocalStore): LocalStore {
  return hooked(disk, {
    kind: 'key-value',
    save: async (batch, save) => {
      if (/odd/.test(JSON.stringify(putIn(batch, 'entries')))) throw new LocalStoreError('invalid', 'too odd')
      await save()
    },
  })
}

const shown = ({ room }: TestClient) => room.messages().map(({ content, status }) => `${content}: ${status}`)

test('a message that the store can never keep is failed, and not sent; all others are kept and sent', async () => {
  const world = new World()
  world.server.addRoom('other', ['ada', 'bob'])
  const disk = memoryStore()
  const ada = await world.live('ada', { storage: picky(disk) })
  ada.connection.cut()
  ada.connection.silent = true
  const sent = ada.room.send({ content: 'with metadata', metadata: { odd: true } })
  const text = ada.room.send('the odd text')
  void ada.room.send('one')
  void ada.chat.room('other').send('two')
  await world.rest(1_000)
  for (const refused of [sent, text])
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', retry: 'never' })
  expect(shown(ada)).toEqual(['with metadata: failed', 'the odd text: failed', 'one: queued'])
  expect(ada.chat.getState().storage).toEqual({ status: 'ok' })
  await ada.chat.close()
  world.clients.length = 0

  const next = await world.live('ada', { storage: picky(disk) })
  await world.rest(3_000)
  // What can be kept of the first is; of the second nothing can.
  expect(shown(next)).toEqual(['one: sent', 'with metadata: failed'])
  expect(world.server.room('other').messages).toMatchObject([{ content: 'two' }])
})

test('an edit that the store can never keep is reverted, with the reason', async () => {
  const world = new World()
  const ada = await world.live('ada', { storage: picky(memoryStore()) })
  const [{ id }] = await Promise.all([ada.room.send('mine'), world.rest(1_000)])
  const edit = ada.room.edit(id, 'an odd text')
  await world.rest(3_000)
  await expect(edit).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' })
  expect(shown(ada)).toEqual(['mine: sent'])
  void ada.room.edit(id, 'another')
  await world.rest(3_000)
  expect(world.server.room(ROOM).messages).toMatchObject([{ content: 'another' }])
})

test('a change already in flight continues: a late refusal by the store has no effect', async () => {
  const world = new World()
  addMessage(world.server.room(ROOM), 'bob', { content: 'old' })
  const disk = memoryStore()
  let isLost = false
  const moody = hooked(picky(disk), {
    save: (_, save) => (isLost ? Promise.reject(new LocalStoreError('lost', 'no handle')) : save()),
  })
  const ada = await world.live('ada', { storage: moody })
  isLost = true
  const sent = ada.room.send('odd')
  await world.tick()
  expect(ada.connection.has('send-message')).toBe(true)
  isLost = false
  await world.pass(40_000)
  expect(shown(ada)).toEqual(['old: sent', 'odd: sending'])
  await world.rest(60_000)
  await sent
  expect(shown(ada)).toEqual(['old: sent', 'odd: sent'])
})
