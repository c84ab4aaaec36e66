import { expect, test } from 'vitest'
import { World } from '../test-support/testing-world'
// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './stream-producer'

test('a source that is never read is released: its message was cancelled before it left the device', async () => {
  const world = new World()
  const ada = await world.live('ada')
  ada.connection.cut()
  let isReleased = false
  const source = new ReadableStream<string>({
    cancel: () => {
      isReleased = true
    },
  })
  const stream = ada.room.sendStream(source, { clientId: 'answer-to-7' })
  const outcome = stream.done.catch((error) => error.code)
  await world.settle()
  stream.cancel()
  await world.settle()
  expect([await outcome, isReleased]).toEqual(['ABORTED', true])
})
