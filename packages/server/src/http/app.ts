import { createHash, timingSafeEqual } from 'node:crypto'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import type { Registry } from 'prom-client'
import type { Signing } from '../auth/authenticator'
import { isListed, type Origins } from '../auth/origin'
import { refuse } from '../core/refusal'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { Meter } from '../ports/meter'
import { StoreError } from '../stores/port'
import asyncapi from './asyncapi.json'
import { bearerToken } from './bearer'
import { guestBodyLimit, guestSignIn } from './guests'
import { countRefusals, refusalResponse } from './refusal-response'
import { staticFiles } from './static-files'

export type HttpDeps = {
  readonly registry: Registry
  /** With a token: only for requests that carry it; elsewhere: on a separate port. */
  readonly metrics: { readonly token?: string } | 'elsewhere'
  /** Resolves when the server can take requests: it is not stopping, and its database answers. */
  readonly checkReady: () => Promise<boolean>
  /** Ends the session of this token; false: there is none. */
  readonly logout: (token: string) => Promise<boolean>
  readonly origins: Origins
  /** If set, guests may sign in, with tokens signed this way. */
  readonly guests?: Signing
  readonly staticFolder?: string
  /** Further routes; each function adds its own. */
  readonly routes?: readonly ((app: Hono) => void)[]
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  readonly meter: Pick<Meter, 'refusal'>
}

/** All HTTP except the chat connections. */
export function httpApp(deps: HttpDeps): Hono {
  const app = new Hono()
  app.use(countRefusals(deps.meter))
  app.use(async (c, next) => {
    await next()
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
  })
  const { origins } = deps
  for (const path of ['/auth/*', '/files/*', '/admin/*'])
    app.use(
      path,
      cors({
        origin: (origin) => (isListed(origin, origins) ? origin : null),
        credentials: origins !== '*',
      }),
    )

  app.get('/healthz', (c) => c.json({ ok: true }))
  app.get('/readyz', async (c) => {
    const ready = await deps.checkReady()
    return c.json({ ok: ready }, ready ? 200 : 503)
  })
  const { metrics } = deps
  if (metrics !== 'elsewhere')
    app.get('/metrics', async (c) => {
      const { token } = metrics
      if (token !== undefined && !isSame(bearerToken(c) ?? '', token))
        return refusalResponse(c, refuse('UNAUTHENTICATED'), deps.ids)
      return c.text(await deps.registry.metrics(), 200, { 'Content-Type': deps.registry.contentType })
    })
  app.get('/asyncapi.json', (c) => c.json(asyncapi))
  if (deps.guests !== undefined)
    app.post('/auth/guest', guestBodyLimit, guestSignIn({ ...deps, signing: deps.guests }))
  app.post('/auth/logout', async (c) => {
    const token = bearerToken(c)
    const ended = token !== undefined && (await deps.logout(token))
    return ended ? c.json({ ok: true }) : c.json({ ok: false, error: 'Not signed in' }, 401)
  })

  for (const add of deps.routes ?? []) add(app)

  if (deps.staticFolder === undefined) app.get('/', (c) => c.text('Roomful is running.\n'))
  else app.use('*', staticFiles(deps.staticFolder))
  app.notFound((c) => c.text('Not found\n', 404))
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    // The database is down, or its disk is full: the answer states which, and when to retry.
    if (error instanceof StoreError) return refusalResponse(c, refuse(error.code), deps.ids)
    deps.log.error({ err: error, path: c.req.path }, 'an HTTP request failed')
    return c.text('The server failed\n', 500)
  })
  return app
}

/** Takes the same time for every wrong token. */
function isSame(shown: string, token: string): boolean {
  const [a, b] = [shown, token].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}
