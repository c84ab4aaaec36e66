// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './file-work'
import { beforeEach, describe, expect, test } from 'vitest'
import { FakeFileServer } from '../test-support/fake-file-server'
import { picture } from '../test-support/picture'
import { type TestClient, World } from '../test-support/testing-world'

let world: World
let server: FakeFileServer
let ada: TestClient

beforeEach(async () => {
  world = new World()
  server = new FakeFileServer()
  ada = await world.live('ada', { ports: { http: server.http } })
})

const last = ({ room }: TestClient) => room.messages().at(-1)

describe('the bytes of a message', () => {
  test('that is not sent yet are those on this device', async () => {
    const file = picture()
    const { clientId } = ada.room.sendFile(file)
    expect(await ada.room.loadFile(clientId)).toBe(file)
  })

  test('that is there are the server’s, or its thumbnail', async () => {
    ada.room.sendFile(picture())
    await world.settle()
    server.takesFiles()
    await world.settle()
    const fileId = server.take()
    await world.settle()
    const loading = ada.room.loadFile(String(last(ada)?.id), { size: 480 })
    await world.settle()
    server.request(`/files/${fileId}?size=480`).answer(200, 'bytes')
    expect(await (await loading).text()).toBe('"bytes"')
  })

  test('that shows no file are none', async () => {
    const { clientId } = ada.room.send('text')
    await expect(ada.room.loadFile(clientId)).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
  })

  test.each(['close', 'signOut'] as const)(
    'are not given out, and not loaded on, after %s()',
    async (end) => {
      ada.room.sendFile(picture())
      await world.settle()
      server.takesFiles()
      await world.settle()
      server.take()
      await world.settle()
      const loading = ada.room.loadFile(String(last(ada)?.id), { timeoutMs: 500 })
      const outcome = loading.then(
        () => 'loaded',
        (error) => error.code,
      )
      await world.tick()
      const { signal } = server.request()
      void ada.chat[end]()
      await world.settle()
      expect([await outcome, signal.aborted]).toEqual(['ABORTED', true])
    },
  )

  test('are not waited for any longer than the app wants', async () => {
    ada.room.sendFile(picture())
    await world.settle()
    server.takesFiles()
    await world.settle()
    server.take()
    await world.settle()
    const loading = ada.room.loadFile(String(last(ada)?.id), { timeoutMs: 500 })
    await world.tick()
    const { signal } = server.request()
    await world.pass(500)
    await expect(loading).rejects.toMatchObject({ code: 'TIMEOUT' })
    expect(signal.aborted).toBe(true)
  })
})
