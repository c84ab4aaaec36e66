// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './file-work'
import { expect, test } from 'vitest'
import { FakeFileServer } from '../test-support/fake-file-server'
import { picture } from '../test-support/picture'
import { World } from '../test-support/testing-world'

test.each([
  ['https://example.com', 'https://example.com/files/uploads'],
  ['https://example.com/api//', 'https://example.com/api/files/uploads'],
  ['https://example.com/api?person=Sam', 'https://example.com/api/files/uploads?person=Sam'],
  ['/api/?tenant=a#top', '/api/files/uploads?tenant=a'],
  ['', '/files/uploads'],
])('the files of the server at %s', async (url, address) => {
  const world = new World()
  const server = new FakeFileServer()
  const ada = await world.live('ada', { url, ports: { http: server.http } })
  ada.room.sendFile(picture())
  await world.settle()
  expect(server.request().url).toBe(address)
})

test('a thumbnail is asked for beside what the address has of its own', async () => {
  const world = new World()
  const server = new FakeFileServer()
  const ada = await world.live('ada', {
    url: 'https://example.com/?person=Sam',
    ports: { http: server.http },
  })
  ada.room.sendFile(picture())
  await world.settle()
  server.request().answer(200, { ok: true, upload: null })
  await world.settle()
  server.request().answer(201, { ok: true, file: { id: 'file-1', kind: 'image/png', size: 1 } })
  await world.settle()
  const loading = ada.room.loadFile(String(ada.room.messages().at(-1)?.id), { size: 480 })
  await world.settle()
  expect(server.request().url).toBe('https://example.com/files/file-1?size=480&person=Sam')
  server.request().answer(200, 'bytes')
  await loading
})
