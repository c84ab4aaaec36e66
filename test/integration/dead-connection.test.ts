import { waitUntil } from '@roomful/testing'
import { createTcpProxy, createTestClient, createTestServer } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'

/** For the way there and the check itself, on top of the 15 s. */
const MARGIN_MS = 1_000

const socketsOf = async (url: string): Promise<number> => {
  const metrics = await (await fetch(`${url}/metrics`)).text()
  return Number(/^roomful_sockets (\d+)$/m.exec(metrics)?.[1])
}

test('both ends detect a connection through which nothing passes within 15 s (P7)', async () => {
  await using server = await createTestServer()
  await using proxy = await createTcpProxy(Number(new URL(server.url).port))
  const ann = await createTestClient({ url: proxy.url, token: server.token }, 'ann')
  expect(await socketsOf(server.url)).toBe(1)

  proxy.freeze()
  const watch = stopwatch()
  const seenBy = { client: 0, server: 0 }
  await waitUntil('both ends', async () => {
    if (ann.getState().connection.status !== 'online') seenBy.client ||= watch.idleMs()
    if ((await socketsOf(server.url)) === 0) seenBy.server ||= watch.idleMs()
    return seenBy.client > 0 && seenBy.server > 0
  })
  expect(seenBy.client).toBeLessThan(15_000 + MARGIN_MS)
  expect(seenBy.server).toBeLessThan(15_000 + MARGIN_MS)
  await ann.close()
})
