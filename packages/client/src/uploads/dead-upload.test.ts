// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './file-work'
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeFileServer } from '../test-support/fake-file-server'
import { type TestClient, World } from '../test-support/testing-world'

const FILE = new File(['a film of a cat'], 'cat.txt', { type: 'text/plain' })

let world: World
let server: FakeFileServer
let ada: TestClient
let bob: TestClient

beforeEach(async () => {
  world = new World()
  server = new FakeFileServer()
  ada = await world.live('ada', { ports: { http: server.http } })
  bob = await world.live('bob')
})

const started = async () => {
  const sent = ada.room.sendFile(FILE, { content: 'cat' })
  await world.settle()
  server.takesFiles()
  await world.settle()
  // In an object: a promise would be waited for.
  return { sent }
}

describe('an upload whose connection died with that of the chat', () => {
  const renewed = async () => {
    ada.connection.cut()
    await world.pass(2_000)
    await world.settle()
    expect(ada.chat.getState().connection.status).toBe('online')
  }

  test('is tried again 10 s after the chat is back', async () => {
    const { sent } = await started()
    const first = server.request('/files')
    first.onSent?.(4)
    await renewed()
    await world.pass(7_000)
    await world.settle()
    expect(first.signal.aborted).toBe(false)
    await world.pass(3_000)
    await world.settle()
    expect(first.signal.aborted).toBe(true)
    expect(ada.room.messages().at(-1)?.upload).toMatchObject({
      ...{ state: 'waiting', error: { code: 'OFFLINE' } },
    })
    await world.rest(1_000)
    server.take()
    await world.settle()
    expect((await sent).status).toBe('sent')
    expect(bob.contents()).toEqual(['cat'])
  })

  test.each([
    ['moves again', async () => server.request('/files').onSent?.(5)],
    ['had left whole: the server may be looking at it', async () => {}],
  ])('is not, where it %s', async (_, after) => {
    await started()
    server.request('/files').onSent?.(_.startsWith('moves') ? 4 : FILE.size)
    await renewed()
    await after()
    const { signal } = server.request('/files')
    await world.rest(60_000)
    expect(signal.aborted).toBe(false)
  })
})
