import { createChat } from '@roomful/client'
import { createTestWorld, waitUntil } from '@roomful/testing'
import { chatHandlers } from '@roomful/testing/msw'
import { createTcpProxy, createTestClient, createTestServer } from '@roomful/testing/node'
import { setupServer } from 'msw/node'
import { describe, expect, test } from 'vitest'
import { TALKED, talk } from '../backends/app-test'

const until = async (what: string, condition: () => boolean): Promise<void> => {
  await waitUntil(what, condition)
}
const expectTalked = (seen: Awaited<ReturnType<typeof talk>>): void => {
  for (const lines of [seen.ann, seen.bob]) expect([...lines].sort()).toEqual(TALKED)
}

// The fourth, msw in a page, is in test/browser/app-in-page.test.ts.
describe('one test of an app runs on', () => {
  test('a world', async () => {
    await using world = await createTestWorld({ users: ['ann', 'bob'] })
    const { ann, bob } = world.clients
    expectTalked(
      await talk({
        ...{ ann, bob },
        until: async (what, condition) => {
          const end = world.now + 60_000
          while (!condition()) {
            if (world.now > end) throw new Error(`${what} does not come`)
            await world.advance(50)
          }
        },
        cut: () => world.faults.disconnect({ user: 'ann' }),
      }),
    )
    await world.expectConverged()
  })

  test('msw in Node', async () => {
    const url = 'https://chat.example.com'
    const handlers = chatHandlers({ url, users: ['ann', 'bob'] })
    const msw = setupServer(...handlers)
    msw.listen({ onUnhandledRequest: 'error' })
    await using ann = createChat({ url, auth: 'ann', storage: 'memory' })
    await using bob = createChat({ url, auth: 'bob', storage: 'memory' })
    try {
      expectTalked(await talk({ ann, bob, until, cut: () => handlers.faults.disconnect({ user: 'ann' }) }))
    } finally {
      await Promise.all([ann.close(), bob.close()])
      msw.close()
      handlers.close()
    }
  })

  test('a real server', async () => {
    await using server = await createTestServer()
    await using proxy = await createTcpProxy(Number(new URL(server.url).port))
    await using ann = await createTestClient({ url: proxy.url, token: server.token }, 'ann')
    await using bob = await createTestClient(server, 'bob')
    expectTalked(await talk({ ann, bob, until, cut: () => proxy.kick() }))
  })
})
