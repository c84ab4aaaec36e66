import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Context, Hono } from 'hono'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { DirectUploading } from '../files/direct-uploads'
import { mayRead } from '../files/file-reference'
import { type FileStore, type StoredFile, THUMBNAIL_SIZES } from '../files/file-store'
import type { Thumbnails } from '../files/thumbnails'
import type { UploadQuota } from '../files/upload-quota'
import type { Uploader, UploadRefusal, Uploads } from '../files/uploads'
import { Rates } from '../handlers/rates'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import type { AppRules } from '../rules/app-rules'
import type { Store } from '../stores/port'
import type { Identify } from './bearer'
import { directUploadRoutes, orRefusal } from './direct-uploads'
import { fileResponse, thumbnailResponse } from './file-response'
import { refusalResponse } from './refusal-response'
import { uploadKeyOf } from './upload-key'

export type FileRoutesDeps = {
  readonly files: FileStore
  readonly uploads: Uploads
  readonly direct?: DirectUploading
  readonly thumbnails?: Thumbnails
  readonly quota: UploadQuota
  readonly store: Store
  readonly identify: Identify
  readonly rules: AppRules
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/** Upload rate of one user: an album at once, then one every two seconds. */
const UPLOADS = { perSecond: 0.5, burst: 20 }

/** `POST /files` takes the raw bytes of a file; `GET /files/:id` returns them, or a thumbnail, to users who may see it. */
export function fileRoutes(app: Hono, deps: FileRoutesDeps): void {
  const { clock, ids } = deps
  const rates = { begin: new Rates<string>(UPLOADS, clock), finish: new Rates<string>(UPLOADS, clock) }
  const rateRefusal = (userId: string, step: 'begin' | 'finish'): Refusal | undefined => {
    const bucket = rates[step].of(userId)
    return bucket.take(1) === 0 ? refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs }) : undefined
  }
  directUploadRoutes(app, { ...deps, rateRefusal })

  app.post('/files', async (c) => {
    const caller = await deps.identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, ids)
    const limited = rateRefusal(caller.id, 'begin')
    if (limited) return refusalResponse(c, limited, ids)
    const key = uploadKeyOf(c)
    if (typeof key === 'object') return refusalResponse(c, key, ids)
    const refused = await deps.rules.refusalOf(caller, 'upload-file')
    if (refused) return refusalResponse(c, refused, ids)
    const declared = Number(c.req.header('content-length') ?? Number.NaN)
    const grant = await deps.quota.begin(caller.id, Number.isSafeInteger(declared) ? declared : undefined)
    if ('ok' in grant) return refusalResponse(c, grant, ids)
    const taken = await take(c, deps, caller, key).catch((error: unknown) => {
      grant.finish(undefined)
      throw error
    })
    grant.finish('ok' in taken ? undefined : taken)
    if ('ok' in taken) return refusalResponse(c, taken, ids)
    const { id, kind, size } = taken
    return c.json({ ok: true, file: { id, kind, size } }, 201)
  })

  app.get('/files/:id', async (c) => {
    const caller = await deps.identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, ids)
    const wanted = c.req.query('size')
    const size = THUMBNAIL_SIZES.find((one) => String(one) === wanted)
    if (wanted !== undefined && size === undefined)
      return refusalResponse(c, refuse('INVALID_PAYLOAD', { field: 'size' }), ids)
    const file = await deps.files.find(c.req.param('id'))
    if (!file || !(await mayRead(deps, caller.id, file))) return notFound(c)
    const refused = await deps.rules.refusalOf(caller, 'download-file', { fileId: file.id })
    if (refused) return refusalResponse(c, refused, ids)
    if (size === undefined) return (await fileResponse(c, deps.files, file)) ?? notFound(c)
    return (await thumbnailResponse(c, deps.thumbnails, { file, size })) ?? notFound(c)
  })
}

/** The same for a missing file and for one that the user may not see (P9). */
const notFound = (c: Context): Response => c.json({ ok: false, error: 'There is no such file' }, 404)

async function take(
  c: Context,
  { uploads, log }: FileRoutesDeps,
  owner: Uploader,
  key: string | undefined,
): Promise<StoredFile | UploadRefusal> {
  const { body } = c.req.raw
  // Refused before it is read, if the client announces the length.
  const announced = uploads.announcedRefusal(Number(c.req.header('content-length') ?? 0))
  if (announced) return announced
  const content = body ? Readable.fromWeb(body as NodeStream<Uint8Array>) : Readable.from([])
  return orRefusal(log, uploads.accept(content, owner, { key }))
}
