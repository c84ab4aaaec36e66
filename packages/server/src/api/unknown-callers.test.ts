import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { SERVER_ACTOR } from '../core/server-actor'
import { ManualClock, testNode } from '../node/test-node'
import { findKey, newApiKey } from './api-keys'
import { callers } from './callers'
import { apiRoutes } from './routes'

function served() {
  const clock = new ManualClock()
  const { node } = testNode({ clock })
  const { key, kept } = newApiKey(['*'], '2026-01-01T00:00:00.000Z')
  const app = new Hono()
  apiRoutes(app, {
    context: {
      services: node.services,
      actor: SERVER_ACTOR,
      figures: () => {
        throw new Error('nobody asks for them')
      },
      webhooks: {
        list: async () => [],
        dead: async () => ({ letters: [], next: undefined }),
        replay: async () => 0,
      },
      isDraining: () => false,
    },
    findCaller: callers({ keys: { find: async (shown) => findKey([kept], shown) } }),
    rate: { perSecond: 0, burst: 0 },
    proxies: 0,
  })
  const ask = (shown: string, remoteAddress: string) =>
    app.request(
      '/v1/users/ann',
      { headers: { authorization: `Bearer ${shown}` } },
      { incoming: { socket: { remoteAddress } } },
    )
  return { clock, key, ask }
}

test('an address that shows many unknown keys is slowed down, others and known keys are not', async () => {
  const { clock, key, ask } = served()
  const wrong = `${key.slice(0, -2)}xx`
  const statuses: number[] = []
  for (let no = 0; no < 60; no++) statuses.push((await ask(wrong, '203.0.113.7')).status)
  expect(statuses).toEqual([...Array(50).fill(401), ...Array(10).fill(429)])

  const refused = await ask(wrong, '203.0.113.7')
  expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await ask(wrong, '203.0.113.8')).status).toBe(401)
  // The key is good, the user is not there.
  expect((await ask(key, '203.0.113.7')).status).toBe(404)

  await clock.pass(1_000)
  expect((await ask(wrong, '203.0.113.7')).status).toBe(401)
})
