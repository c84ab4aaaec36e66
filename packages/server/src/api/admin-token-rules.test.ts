import { asUserId } from '@roomful/protocol'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { SERVER_ACTOR } from '../core/server-actor'
import { testNode } from '../node/test-node'
import type { AuthorizedAct, AuthorizedAction } from '../rules/authorize'
import { findKey, newApiKey } from './api-keys'
import { callers } from './callers'
import { OPERATIONS } from './operations'
import { apiRoutes } from './routes'

const CLAIMS = { region: 'north' }

/** The server API for a key and for a user whose token has the claim `admin`; the app lets users read live figures only. */
function served() {
  const asked: [AuthorizedAction, AuthorizedAct][] = []
  const { node } = testNode({
    authorize: (action, act) => {
      asked.push([action, act])
      if (action !== 'use-server-api') return true
      return act.operation === 'users.get' ? { allow: true, cacheMs: 60_000 } : { deny: 'Not in your region' }
    },
  })
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
    findCaller: callers({
      keys: { find: async (shown) => findKey([kept], shown) },
      identify: async () => ({ id: asUserId('otto'), name: 'Otto', admin: true, claims: CLAIMS }),
    }),
    rate: { perSecond: 0, burst: 0 },
    proxies: 0,
  })
  const ask = async (shown: string, path: string, method = 'GET') => {
    const response = await app.request(path, { method, headers: { authorization: `Bearer ${shown}` } })
    return { status: response.status, answer: await response.json() }
  }
  return { asked, key, ask }
}

test('the app is asked about each operation that a user does by an admin token, and never about what a key does', async () => {
  const { asked, key, ask } = served()
  for (const { id, method, path } of OPERATIONS) {
    const { status, answer } = await ask('token-of-otto', path.replace(/\{\w+\}/g, 'x'), method)
    if (id !== 'users.get')
      expect({ id, status, answer }).toMatchObject({
        ...{ id, status: 403 },
        answer: { code: 'REFUSED', detail: 'Not in your region' },
      })
  }
  expect(asked.map(([action, act]) => [action, act.operation])).toEqual(
    OPERATIONS.map(({ id }) => ['use-server-api', id]),
  )
  expect(asked[0]?.[1].user).toEqual({ id: 'otto', name: 'Otto', admin: true, claims: CLAIMS })

  // What it lets the server keep is kept for one operation.
  expect(await ask('token-of-otto', '/v1/users/ann')).toMatchObject({ answer: { code: 'USER_NOT_FOUND' } })
  expect(await ask('token-of-otto', '/v1/users')).toMatchObject({ answer: { code: 'REFUSED' } })
  expect(asked).toHaveLength(OPERATIONS.length + 1)

  expect((await ask(key, '/v1/users')).status).toBe(200)
  expect(asked).toHaveLength(OPERATIONS.length + 1)
})
