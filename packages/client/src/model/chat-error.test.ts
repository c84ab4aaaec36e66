import { expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { refusal } from '../test-support/model-server'
import { TabsWorld } from '../test-support/tabs-world'
import { ROOM, type TestClient, World } from '../test-support/testing-world'
import { ChatError } from './chat-error'

const details = {
  ...{ field: 'metadata.order', limit: 64, requestId: 'req-000001', retryAfterMs: 1_500 },
  reason: 'No adverts here',
}
const refused = { code: 'LIMIT_EXCEEDED', retry: 'never', ...details }
const refuse = ({ server }: World): void => {
  server.refuse = (_user, event) =>
    event === 'send-message' ? refusal('LIMIT_EXCEEDED', details) : undefined
}
const failed = ({ room }: TestClient) => room.messages().at(-1)

test('an error has everything that the refusal had', () => {
  expect(ChatError.fromAck(refusal('LIMIT_EXCEEDED', details))).toMatchObject(refused)
  const plain = ChatError.fromAck(refusal('MUTED'))
  for (const name of Object.keys(details)) expect(plain).not.toHaveProperty(name, expect.anything())
})

test('a refused send names field, limit and request: to who waits for it, and on the failed message', async () => {
  const world = new World()
  const ada = await world.live('ada')
  refuse(world)
  const sent = ada.room.send('too much')
  await world.rest(1_000)
  await expect(sent).rejects.toMatchObject(refused)
  expect(failed(ada)).toMatchObject({ status: 'failed', error: refused })
})

test('so does one of a batch', async () => {
  const world = new World()
  const ada = await world.live('ada')
  refuse(world)
  ada.connection.cut()
  const sends = ['one', 'two'].map((text) => ada.room.send(text))
  await world.rest()
  expect(ada.connection.served.some(({ event }) => event === 'send-messages')).toBe(true)
  for (const sent of sends) await expect(sent).rejects.toMatchObject(refused)
})

test('after a reload the failed message has the same error', async () => {
  const world = new World()
  const disk = memoryStore()
  const before = await world.live('ada', { storage: disk })
  refuse(world)
  before.room.send('too much')
  await world.rest(1_000)
  await before.chat.close()
  const after = await world.live('ada', { storage: disk })
  expect(failed(after)).toMatchObject({ status: 'failed', error: refused })
})

test('so it does to a tab at another tab’s connection', async () => {
  const world = new TabsWorld()
  const [, guest] = await world.openTabs(2)
  if (!guest) throw new Error('two tabs')
  refuse(world)
  const sent = guest.room.send('too much')
  await world.rest(1_000)
  await expect(sent).rejects.toMatchObject(refused)
  expect(failed(guest)).toMatchObject({ status: 'failed', error: refused })
})

test('content that is refused here names its field and its limit', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const tooLong = { code: 'CONTENT_TOO_LONG', field: 'content', limit: 8_000 }
  await expect(ada.room.send('x'.repeat(8_001))).rejects.toMatchObject(tooLong)
  expect(failed(ada)).toMatchObject({ status: 'failed', error: tooLong })
  await expect(ada.room.send(' ')).rejects.toMatchObject({ code: 'INVALID_CONTENT', field: 'content' })
  await expect(ada.room.edit('any', 'x'.repeat(8_001))).rejects.toMatchObject(tooLong)
  expect(world.server.room(ROOM).messages).toEqual([])
})

test('a picture needs no caption, and one can be taken away', async () => {
  const world = new World()
  const ada = await world.live('ada')
  const metadata = { fileId: 'f1' }
  const picture = ada.room.send({ type: 'image', content: '', metadata })
  const captioned = ada.room.send({ type: 'image', content: 'a cat', metadata })
  await world.rest(1_000)
  expect(await picture).toMatchObject({ status: 'sent', content: '', type: 'image' })
  const edited = ada.room.edit((await captioned).id, '')
  await world.rest(1_000)
  await edited
  expect(world.server.room(ROOM).messages.map(({ content }) => content)).toEqual(['', ''])
  const refused = { code: 'INVALID_CONTENT', field: 'content' }
  const text = ada.room.send('words')
  await world.rest(1_000)
  await expect(ada.room.edit((await text).id, '')).rejects.toMatchObject(refused)
  await expect(ada.room.send({ type: 'image', content: '' })).rejects.toMatchObject(refused)
})
