import { asRoomId } from '@roomful/protocol/plain'
import { createChatServer, createMemoryStore, type ServerOptions, type Store } from '@roomful/server'
import { waitUntil } from '@roomful/testing'
import { createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, test } from 'vitest'

/** A store that an app could write: it counts its calls. */
function countingStore(): { store: Store; calls: Map<string, number> } {
  const calls = new Map<string, number>()
  const store: Store = new Proxy<Store>(createMemoryStore(), {
    get: (target, name) => {
      if (name === 'kind') return 'custom:counting'
      const value: unknown = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      calls.set(String(name), (calls.get(String(name)) ?? 0) + 1)
      return value.bind(target)
    },
  })
  return { store, calls }
}

test("a server keeps its rooms in the app's store, and closes it with itself", async () => {
  const { store, calls } = countingStore()
  const server = await createTestServer({ store })
  const [ann, bob] = [await createTestClient(server, 'ann'), await createTestClient(server, 'bob')]
  await bob.room('general').open()
  const { seq } = await ann.room('general').send('kept in the store of the app')
  await waitUntil('bob sees it', () => bob.room('general').messages().at(-1)?.seq === seq)

  const kept = await store.read((reader) =>
    reader.messages({
      roomId: asRoomId(ann.room('general').id),
      includeDeleted: false,
      take: 'newest',
      limit: 1,
    }),
  )
  expect(kept).toMatchObject([{ content: 'kept in the store of the app', seq }])
  expect(calls.get('commit')).toBeGreaterThan(0)
  expect(calls.get('close')).toBeUndefined()
  await Promise.all([ann.close(), bob.close()])
  await server.close()
  expect(calls.get('close')).toBe(1)
})

test.each<[string, ServerOptions, string]>([
  ['a database beside it', { database: 'memory:' }, 'store and database exclude each other'],
  ['no way to check tokens', {}, 'a server on a store of its own needs `auth`'],
])('it is refused with %s', async (_, options, message) => {
  const starting = createChatServer({ port: 0, store: createMemoryStore(), logLevel: 'silent', ...options })
  await expect(starting).rejects.toThrow(message)
})
