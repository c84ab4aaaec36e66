import { cleanName, LIMITS } from '@roomful/protocol'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import type { Signing } from '../auth/authenticator'
import { signToken } from '../auth/jwt'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'

const BODY_LIMIT_BYTES = 4 * 1024
const GUEST_TOKEN_SECONDS = 30 * 24 * 3600

const GuestRequest = v.object({
  name: v.pipe(
    v.string(),
    v.transform((name) => cleanName(name, LIMITS.userNameLength)),
    v.minLength(1),
  ),
})

export const guestBodyLimit = bodyLimit({ maxSize: BODY_LIMIT_BYTES })

/** Signs any guest in under the name they give. For development: they prove nothing. */
export function guestSignIn(deps: { signing: Signing; clock: Clock; ids: Ids }): MiddlewareHandler {
  return async (c) => {
    const body: unknown = await c.req.json().catch(() => undefined)
    const request = v.safeParse(GuestRequest, body)
    if (!request.success)
      return c.json({ ok: false, error: 'A name is needed', code: 'INVALID_PAYLOAD' }, 400)
    const now = deps.clock.now()
    const user = { id: `guest_${deps.ids.uuid(now)}`, name: request.output.name }
    const claims = { ...user, sid: deps.ids.uuid(now) }
    const { secret, ...named } = deps.signing
    const token = await signToken(secret, claims, {
      ...named,
      expiresInSeconds: GUEST_TOKEN_SECONDS,
      clock: deps.clock,
    })
    return c.json({ token, user })
  }
}
