import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import { systemIds } from '../ports/ids'
import { StoreError } from '../stores/port'
import { type HttpDeps, httpApp } from './app'

function app(more: Partial<HttpDeps> = {}) {
  const logged: string[] = []
  const refused: string[] = []
  const log = { debug() {}, info() {}, warn() {}, error: (_: object, text: string) => logged.push(text) }
  const deps: HttpDeps = {
    registry: new Registry(),
    metrics: {},
    checkReady: async () => true,
    logout: async () => true,
    origins: ['https://app.example.com'],
    clock: new ManualClock(),
    ids: systemIds(),
    log,
    meter: { refusal: (code) => refused.push(code) },
    ...more,
  }
  return { app: httpApp(deps), logged, refused }
}

test('readyz answers 503 while it cannot serve; healthz still answers', async () => {
  const { app: stopping } = app({ checkReady: async () => false })
  expect((await stopping.request('/readyz')).status).toBe(503)
  expect((await stopping.request('/healthz')).status).toBe(200)
})

test('pages of the allowed origins may sign guests in, others may not read the answer', async () => {
  const { app: open } = app({ guests: { secret: 'secret' } })
  const preflight = (origin: string) =>
    open.request('/auth/guest', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
  const allowed = await preflight('https://app.example.com')
  expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com')
  const evil = await preflight('https://evil.example.com')
  expect(evil.headers.get('access-control-allow-origin')).toBeNull()
})

test('every refusal is counted by its code, and nothing else', async () => {
  const { app: full, refused } = app({
    metrics: { token: 'secret' },
    logout: () => Promise.reject(new StoreError('STORAGE_FULL', 'the disk is full')),
  })
  await full.request('/metrics')
  await full.request('/auth/logout', { method: 'POST', headers: { authorization: 'Bearer a-token' } })
  await full.request('/readyz')
  await full.request('/nowhere')
  expect(refused).toEqual(['UNAUTHENTICATED', 'STORAGE_FULL'])
})

test('a failure is logged and reveals nothing of the inside', async () => {
  const { app: broken, logged } = app({ checkReady: () => Promise.reject(new Error('db.internal is gone')) })
  const response = await broken.request('/readyz')
  expect([response.status, await response.text()]).toEqual([500, 'The server failed\n'])
  expect(logged).toHaveLength(1)
})

test.each([
  ['STORAGE_FULL', 507],
  ['UNAVAILABLE', 503],
] as const)('a sign-out that the database cannot keep (%s) says so: %i', async (code, status) => {
  const { app: full, logged } = app({
    logout: () => Promise.reject(new StoreError(code, 'the disk is full')),
  })
  const response = await full.request('/auth/logout', {
    method: 'POST',
    headers: { authorization: 'Bearer a-token' },
  })
  expect([response.status, await response.json()]).toMatchObject([
    status,
    { ok: false, code, retry: 'after' },
  ])
  expect(logged).toEqual([])
})

test('with a token the metrics need it', async () => {
  const { app: guarded } = app({ metrics: { token: 'a token of Prometheus' } })
  const ask = (authorization?: string) =>
    guarded.request('/metrics', authorization === undefined ? {} : { headers: { authorization } })
  for (const shown of [undefined, 'Bearer x', 'Bearer a', 'Basic a token of Prometheus'])
    expect((await ask(shown)).status).toBe(401)
  const { app: dashed } = app({ metrics: { token: 'a-token' } })
  expect((await dashed.request('/metrics', { headers: { authorization: 'Bearer a-token' } })).status).toBe(
    200,
  )
  expect((await app().app.request('/metrics')).status).toBe(200)
  expect((await app({ metrics: 'elsewhere' }).app.request('/metrics')).status).toBe(404)
})
