import { expect, test } from 'vitest'
import { type TestClient, World } from '../test-support/testing-world'

/** A client whose connection is lost, and every new one too. */
async function lost(): Promise<{ world: World; ada: TestClient }> {
  const world = new World()
  const ada = await world.live('ada')
  ada.connection.refuseConnect = { code: 'UNAVAILABLE', text: 'no', next: 'retry' }
  ada.connection.cut()
  await world.settle()
  return { world, ada }
}

const statusOf = ({ chat }: TestClient): string => chat.getState().connection.status

test('a wait that has become long ends at a click', async () => {
  const { world, ada } = await lost()
  await world.rest(60_000)
  expect(statusOf(ada)).toBe('waiting')
  ada.connection.refuseConnect = null
  ada.chat.reconnect()
  await world.settle()
  expect(statusOf(ada)).toBe('online')
})

test('called a thousand times a second it dials once a second', async () => {
  const { world, ada } = await lost()
  await world.rest(60_000)
  const before = ada.connection.tokens.length
  for (let i = 0; i < 3_000; i++) {
    ada.chat.reconnect()
    await world.pass(1)
    await world.settle()
  }
  expect(ada.connection.tokens.length - before).toBeLessThanOrEqual(4)
  expect(ada.connection.tokens.length - before).toBeGreaterThan(1)
})

test('does nothing before the first connect, online, and after the end', async () => {
  const world = new World()
  const ada = world.client('ada')
  ada.chat.reconnect()
  expect(statusOf(ada)).toBe('idle')
  void ada.chat.connect()
  await world.settle()
  ada.chat.reconnect()
  await world.settle()
  expect([statusOf(ada), ada.connection.tokens.length]).toEqual(['online', 1])
  void ada.chat.close()
  await world.settle()
  ada.chat.reconnect()
  expect(statusOf(ada)).toBe('stopped')
})
