// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './file-work'
import { beforeEach, describe, expect, test } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { LocalStoreError } from '../storage/port'
import { hooked } from '../test-support/copies'
import { FakeFileServer } from '../test-support/fake-file-server'
import { PNG_1X1, picture, unreadable } from '../test-support/picture'
import { filled, reload } from '../test-support/reload'
import { type TestClient, World } from '../test-support/testing-world'

let world: World
let server: FakeFileServer

beforeEach(() => {
  world = new World()
  server = new FakeFileServer()
})

const last = ({ room }: TestClient) => room.messages().at(-1)
const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer())
const LOST = { status: 'failed', error: { code: 'FILE_LOST' }, upload: { state: 'failed' } }

describe('a file that cannot be read any more, and is kept nowhere', () => {
  let ada: TestClient
  beforeEach(async () => {
    ada = await world.live('ada', { ports: { http: server.http } })
  })

  test('is lost, after an attempt that failed for it', async () => {
    const file = picture()
    const sent = ada.room.sendFile(file)
    await world.settle()
    server.takesFiles()
    await world.settle()
    unreadable(file)
    server.request('/files').fail()
    await world.settle()
    await world.pass(1_000)
    expect(last(ada)).toMatchObject(LOST)
    await expect(sent).rejects.toMatchObject({ code: 'FILE_LOST' })
    await world.rest()
    expect(server.open).toEqual([])
  })

  test('is lost on the way into a bucket, while its hash is made', async () => {
    const file = picture()
    ada.room.sendFile(file)
    await world.settle()
    unreadable(file)
    server.request('/files/uploads').answer(400, {
      ...{ ok: false, code: 'INVALID_PAYLOAD', error: 'hash', retry: 'never', field: 'sha256' },
    })
    await world.settle()
    await world.pass(1_000)
    expect(last(ada)).toMatchObject(LOST)
  })

  test('is lost where it never could be: a folder that was dropped', async () => {
    const { clientId } = ada.room.sendFile(unreadable(picture()))
    await world.settle()
    expect(last(ada)).toMatchObject(LOST)
    await expect(ada.room.loadFile(clientId)).rejects.toMatchObject({ code: 'FILE_LOST' })
    expect(server.log).toEqual([])
  })
})

describe('a file that cannot be read any more, and is kept on the disk', () => {
  const onDisk = async (disk = hooked(memoryStore(), { kind: 'indexeddb' })) => {
    const ada = await world.live('ada', { storage: disk, tabs: 'separate', ports: { http: server.http } })
    const file = picture()
    const { clientId } = ada.room.sendFile(file)
    await world.settle()
    await world.settle()
    unreadable(file)
    return { ada, clientId, disk }
  }

  test('is sent from there', async () => {
    const { ada, clientId } = await onDisk()
    expect(await bytesOf(await ada.room.loadFile(clientId))).toEqual(PNG_1X1)
    server.takesFiles()
    await world.settle()
    server.request('/files').fail()
    await world.settle()
    await world.pass(1_000)
    const { body } = server.request('/files')
    expect(body instanceof Blob && (await bytesOf(body))).toEqual(PNG_1X1)
    server.take()
    await world.settle()
    expect(last(ada)).toMatchObject({ status: 'sent', type: 'image' })
  })
})

test('a file of an earlier run is lost with a database that is deleted, and does not wait for it', async () => {
  world = filled(1)
  let isDeleted = false
  const disk = hooked(memoryStore(), {
    kind: 'indexeddb',
    load: (_, load) => (isDeleted ? Promise.reject(new LocalStoreError('deleted', 'gone')) : load()),
    save: (_, save) => (isDeleted ? Promise.reject(new LocalStoreError('deleted', 'gone')) : save()),
  })
  const first = await world.live('ada', { storage: disk, tabs: 'separate', ports: { http: server.http } })
  first.room.sendFile(picture())
  const ada = await reload(world, first, disk)
  expect(last(ada)?.upload).toMatchObject({ state: 'waiting' })
  isDeleted = true
  ada.room.setDraft('what finds it deleted')
  await world.rest(1_000)
  expect(ada.chat.getState().storage.status).toBe('memory')
  ada.connection.silent = false
  await world.rest(60_000)
  expect(last(ada)).toMatchObject(LOST)
})
