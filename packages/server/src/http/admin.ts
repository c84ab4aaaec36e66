import { isStorableText } from '@roomful/protocol'
import type { Hono } from 'hono'
import { refuse } from '../core/refusal'
import type { Ids } from '../ports/ids'
import type { AppRules } from '../rules/app-rules'
import type { Identify } from './bearer'
import { refusalResponse } from './refusal-response'

const SID_LENGTH = 128

export type AdminDeps = {
  readonly identify: Identify
  readonly revokeSession: (sid: string) => Promise<void>
  readonly rules: AppRules
  readonly ids: Ids
}

/** For tokens with the claim `admin`: ends a session on all devices and nodes. */
export function adminRoutes(app: Hono, { identify, revokeSession, rules, ids }: AdminDeps): void {
  app.post('/admin/sessions/:sid/revoke', async (c) => {
    const caller = await identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, ids)
    if (!caller.admin) return refusalResponse(c, refuse('FORBIDDEN'), ids)
    const refused = await rules.refusalOf(caller, 'end-sessions')
    if (refused) return refusalResponse(c, refused, ids)
    const sid = c.req.param('sid')
    if (sid.length > SID_LENGTH || !isStorableText(sid))
      return refusalResponse(c, refuse('INVALID_PAYLOAD', { field: 'sid' }), ids)
    // An unknown session is revoked too: its tokens may be in use elsewhere, or arrive later.
    await revokeSession(sid)
    return c.json({ ok: true })
  })
}
