import type { Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import * as v from 'valibot'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { DirectUploading } from '../files/direct-uploads'
import type { Uploads } from '../files/uploads'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { AppRules } from '../rules/app-rules'
import { StoreError } from '../stores/port'
import type { Identify } from './bearer'
import { refusalResponse } from './refusal-response'
import { uploadKeyOf } from './upload-key'

type DirectUploadRoutesDeps = {
  readonly uploads: Uploads
  /** Absent: the store takes no uploads itself. */
  readonly direct?: DirectUploading
  readonly identify: Identify
  readonly rules: AppRules
  /** RATE_LIMITED: this user uploads too often. */
  readonly rateRefusal: (userId: string, step: 'begin' | 'finish') => Refusal | undefined
  readonly ids: Ids
  readonly log: Log
}

const bodyBytes = bodyLimit({ maxSize: 4 * 1024 })

/**
 * What a client announces: `sha256` may be missing in a first question, which finds out whether there is a bucket; `kind` is compared with what is accepted; in the end the content decides. */
const Announced = v.object({
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  sha256: v.optional(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
  kind: v.optional(v.string()),
})

/**
 * `POST /files/uploads` begins an upload into the store itself; `POST /files/uploads/:id` finishes it. Where the store
 * takes none, the first answers `upload: null`, and the bytes go to `POST /files`.
 */
export function directUploadRoutes(app: Hono, deps: DirectUploadRoutesDeps): void {
  const { uploads, direct, identify, rules, ids, rateRefusal } = deps

  app.post('/files/uploads', bodyBytes, async (c) => {
    const caller = await identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, ids)
    const announced = v.safeParse(Announced, await c.req.json().catch(() => undefined))
    if (!announced.success)
      return refusalResponse(c, refuse('INVALID_PAYLOAD', { field: fieldOf(announced.issues) }), ids)
    const { size, sha256, kind } = announced.output
    const key = uploadKeyOf(c)
    if (typeof key === 'object') return refusalResponse(c, key, ids)
    const refusal = uploads.announcedRefusal(size, kind)
    if (refusal) return refusalResponse(c, refusal, ids)
    if (!direct) return c.json({ ok: true, upload: null })
    if (sha256 === undefined) return refusalResponse(c, refuse('INVALID_PAYLOAD', { field: 'sha256' }), ids)
    const limited = rateRefusal(caller.id, 'begin')
    if (limited) return refusalResponse(c, limited, ids)
    const refused = await rules.refusalOf(caller, 'upload-file')
    if (refused) return refusalResponse(c, refused, ids)
    const begun = await orRefusal(deps.log, direct.begin(caller.id, { size, sha256 }, key))
    if ('ok' in begun) return refusalResponse(c, begun, ids)
    const { expiresAt, ...upload } = begun
    const expires = new Date(expiresAt).toISOString()
    return c.json({ ok: true, upload: { ...upload, method: 'PUT', expiresAt: expires } }, 201)
  })

  app.post('/files/uploads/:id', bodyBytes, async (c) => {
    const caller = await identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, ids)
    const limited = rateRefusal(caller.id, 'finish')
    if (limited) return refusalResponse(c, limited, ids)
    const kept = direct && (await orRefusal(deps.log, direct.finish(caller, c.req.param('id'))))
    if (!kept) return noUpload(c)
    if ('ok' in kept) return refusalResponse(c, kept, ids)
    const { id, kind, size } = kept
    return c.json({ ok: true, file: { id, kind, size } }, 201)
  })
}

const noUpload = (c: Context): Response => c.json({ ok: false, error: 'There is no such upload' }, 404)

/** A store that fails is a refusal, and worth a line in the log. */
export async function orRefusal<T>(log: Log, work: Promise<T>): Promise<T | Refusal> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    log.error({ err: error }, 'an upload could not be kept')
    return refuse(error.code)
  }
}

function fieldOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const key = issues[0]?.path?.[0]?.key
  return typeof key === 'string' ? key : 'size'
}
