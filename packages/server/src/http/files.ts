import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Context, Hono } from 'hono'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { DirectUploading } from '../files/direct-uploads'
import { mayRead } from '../files/file-reference'
import { type FileStore, type StoredFile, THUMBNAIL_SIZES } from '../files/file-store'
import { ignoreGone } from '../files/picture-turns'
import type { Thumbnails } from '../files/thumbnails'
import type { UploadQuota } from '../files/upload-quota'
import type { Uploader, UploadRefusal, Uploads } from '../files/uploads'
import { OneAtATime } from '../handlers/one-at-a-time'
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
/**
 * Of one user: six pages of fifty pictures, each asked for as a thumbnail and then whole. To see whether a user may load a
 * file takes 9 µs for each of their rooms at worst: for 2,000 rooms, ten times a second, a sixth of the process.
 */
const LOADS = { perSecond: 10, burst: 600 }

/** `POST /files` takes the raw bytes of a file; `GET /files/:id` returns them, or a thumbnail, to users who may see it. */
export function fileRoutes(app: Hono, deps: FileRoutesDeps): void {
  const { clock, ids } = deps
  const rates = {
    begin: new Rates<string>(UPLOADS, clock),
    finish: new Rates<string>(UPLOADS, clock),
    load: new Rates<string>(LOADS, clock),
  }
  // One after the other, so that a user takes one of the few places at the database, however much they ask for at once.
  const looks = new OneAtATime<string>()
  const rateRefusal = (userId: string, step: keyof typeof rates): Refusal | undefined => {
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
    const taken = await take(c, deps, { owner: caller, key, charge: grant.charge }).catch(
      (error: unknown) => {
        grant.finish(undefined)
        return ignoreGone(error)
      },
    )
    if (!taken) return nobodyThere()
    grant.finish('ok' in taken ? undefined : taken)
    if ('ok' in taken) return refusalResponse(c, taken, ids)
    const { id, kind, size } = taken
    return c.json({ ok: true, file: { id, kind, size } }, 201)
  })

  app.get('/files/:id', async (c) => {
    const caller = await deps.identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, ids)
    const limited = rateRefusal(caller.id, 'load')
    if (limited) return refusalResponse(c, limited, ids)
    const wanted = c.req.query('size')
    const size = THUMBNAIL_SIZES.find((one) => String(one) === wanted)
    if (wanted !== undefined && size === undefined)
      return refusalResponse(c, refuse('INVALID_PAYLOAD', { field: 'size' }), ids)
    const file = await deps.files.find(c.req.param('id'))
    if (!file || !(await looks.run(caller.id, () => mayRead(deps, caller.id, file)))) return notFound(c)
    const refused = await deps.rules.refusalOf(caller, 'download-file', { fileId: file.id })
    if (refused) return refusalResponse(c, refused, ids)
    if (size === undefined) return (await fileResponse(c, deps.files, file)) ?? notFound(c)
    const asker = { userId: caller.id, signal: c.req.raw.signal }
    const thumbnail = await deps.thumbnails?.content(file, size, asker).catch(ignoreGone)
    if (!thumbnail) return notFound(c)
    if ('ok' in thumbnail) return refusalResponse(c, thumbnail, ids)
    return thumbnailResponse(c, thumbnail, { file, size })
  })
}

/** The same for a missing file and for one that the user may not see (P9). */
const notFound = (c: Context): Response => c.json({ ok: false, error: 'There is no such file' }, 404)

/** The request was ended: no answer reaches anybody. */
const nobodyThere = (): Response => new Response(null, { status: 499 })

async function take(
  c: Context,
  { uploads, log }: FileRoutesDeps,
  { owner, key, charge }: { owner: Uploader; key: string | undefined; charge: (bytes: number) => void },
): Promise<StoredFile | UploadRefusal> {
  const { body, signal } = c.req.raw
  // Refused before it is read, if the client announces the length.
  const announced = uploads.announcedRefusal(Number(c.req.header('content-length') ?? 0))
  if (announced) return announced
  const content = body ? Readable.fromWeb(body as NodeStream<Uint8Array>) : Readable.from([])
  return orRefusal(log, uploads.accept(content, owner, { key, signal, charge }))
}
