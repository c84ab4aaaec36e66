// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import './file-work'
import { beforeEach, expect, test } from 'vitest'
import type { ChatOptions } from '../options'
import { memoryStore } from '../storage/backends/memory'
import { copyOn, hooked } from '../test-support/copies'
import { FakeFileServer } from '../test-support/fake-file-server'
import { picture } from '../test-support/picture'
import { type TestClient, World } from '../test-support/testing-world'

let world: World
let server: FakeFileServer
let store: ReturnType<typeof memoryStore>

beforeEach(() => {
  world = new World()
  server = new FakeFileServer()
  store = memoryStore()
})

const last = ({ room }: TestClient) => room.messages().at(-1)
const options = (more: Partial<ChatOptions> = {}): Partial<ChatOptions> => ({
  ...{ storage: hooked(store, { kind: 'indexeddb' }), tabs: 'separate', ports: { http: server.http } },
  ...more,
})

async function reloaded(before: TestClient, user: string): Promise<TestClient> {
  await before.chat.close()
  world.clients.splice(world.clients.indexOf(before), 1)
  server.open.length = 0
  return await world.live(user, options())
}

/** What is on the disk of this user's files. */
async function filesOf(userId: string, clientId: string): Promise<Blob | undefined> {
  const copy = copyOn(store)
  await copy.open({ url: 'test:', userId })
  return await copy.readFile(clientId)
}

const refused: [string, (ada: TestClient) => { readonly clientId: string }][] = [
  ['a blank caption', ({ room }) => room.sendFile(picture(), { content: ' ' })],
  [
    'a reply to a message that was not sent',
    ({ room }) => room.sendFile(picture(), { replyTo: room.send(' ').clientId }),
  ],
]

test.each(refused)(
  'a file that is refused here for %s is kept, and can be sent after a reload',
  async (_, send) => {
    const before = await world.live('ada', options())
    const { clientId } = send(before)
    await world.rest(1_000)
    const ada = await reloaded(before, 'ada')
    for (const { key } of ada.room.messages()) if (key !== clientId) ada.room.cancel(key)
    void ada.room.edit(clientId, '')
    ada.room.retry(clientId)
    await world.settle()
    server.takesFiles()
    await world.settle()
    server.take()
    await world.rest(1_000)
    expect(last(ada)).toMatchObject({ content: '', status: 'sent', type: 'image' })
    expect(await filesOf('ada', clientId)).toBeUndefined()
  },
)

test('a file that is refused here leaves the disk with its message', async () => {
  const ada = await world.live('ada', options())
  const { clientId } = ada.room.sendFile(picture(), { content: ' ' })
  await world.rest(1_000)
  expect((await filesOf('ada', clientId))?.size).toBe(picture().size)
  ada.room.cancel(clientId)
  await world.rest(1_000)
  expect(await filesOf('ada', clientId)).toBeUndefined()
})

test('a file that was sent before the token came is kept for the user whose token it is', async () => {
  const ada = await world.live('ada', options())
  await world.rest(1_000)
  await ada.chat.close()
  world.clients.splice(world.clients.indexOf(ada), 1)
  let hasToken = false
  const auth = async (): Promise<string> => {
    if (hasToken) return `head.${btoa(JSON.stringify({ sub: 'bob' }))}.signature`
    throw new Error('no network')
  }
  const bob = world.client('bob', options({ auth, onError: () => {} }))
  void bob.room.open().catch(() => {})
  await world.rest(1_000)
  const { clientId } = bob.room.sendFile(picture())
  await world.rest(1_000)
  hasToken = true
  await world.rest(30_000)
  expect(last(bob)).toMatchObject({ upload: { state: 'uploading' } })
  expect((await filesOf('bob', clientId))?.size).toBe(picture().size)
  expect(await filesOf('ada', clientId)).toBeUndefined()
})
