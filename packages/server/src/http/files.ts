import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { UserId } from '@roomful/protocol'
import type { Context, Hono } from 'hono'
import { refuse } from '../core/refusal'
import { shownAs } from '../files/file-kinds'
import { mayRead } from '../files/file-reference'
import type { FileStore, StoredFile } from '../files/file-store'
import type { UploadQuota } from '../files/upload-quota'
import type { UploadRefusal, Uploads } from '../files/uploads'
import { Rates } from '../handlers/rates'
import type { Clock } from '../ports/clock'
import type { Ids } from '../ports/ids'
import type { Log } from '../ports/log'
import { type Store, StoreError } from '../stores/port'
import type { Identify } from './bearer'
import { refusalResponse } from './refusal-response'

export type FileRoutesDeps = {
  readonly files: FileStore
  readonly uploads: Uploads
  readonly quota: UploadQuota
  readonly store: Store
  readonly identify: Identify
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
}

/** Upload rate of one user: an album at once, then one every two seconds. */
const UPLOADS = { perSecond: 0.5, burst: 20 }

/** `POST /files` takes the raw bytes of a file; `GET /files/:id` returns them to users who may see it. */
export function fileRoutes(app: Hono, deps: FileRoutesDeps): void {
  const rates = new Rates<UserId>(UPLOADS, deps.clock)

  app.post('/files', async (c) => {
    const caller = await deps.identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, deps.ids)
    const bucket = rates.of(caller.id)
    if (bucket.take(1) === 0)
      return refusalResponse(c, refuse('RATE_LIMITED', { retryAfterMs: bucket.retryAfterMs }), deps.ids)
    const declared = Number(c.req.header('content-length') ?? Number.NaN)
    const grant = await deps.quota.begin(caller.id, Number.isSafeInteger(declared) ? declared : undefined)
    if ('ok' in grant) return refusalResponse(c, grant, deps.ids)
    const taken = await take(c, deps, caller.id).catch((error: unknown) => {
      grant.finish(undefined)
      throw error
    })
    grant.finish('ok' in taken ? undefined : taken)
    if ('ok' in taken) return refusalResponse(c, taken, deps.ids)
    const { id, kind, size } = taken
    return c.json({ ok: true, file: { id, kind, size } }, 201)
  })

  app.get('/files/:id', async (c) => {
    const caller = await deps.identify(c)
    if ('ok' in caller) return refusalResponse(c, caller, deps.ids)
    const file = await deps.files.find(c.req.param('id'))
    const isReadable = file && (await mayRead(deps, caller.id, file))
    return (isReadable && (await answer(c, deps.files, file))) || notFound(c)
  })
}

/** The same for a missing file and for one that the user may not see (P9). */
const notFound = (c: Context): Response => c.json({ ok: false, error: 'There is no such file' }, 404)

async function take(
  c: Context,
  { uploads, log }: FileRoutesDeps,
  ownerId: UserId,
): Promise<StoredFile | UploadRefusal> {
  const { body } = c.req.raw
  // Refused before it is read, if the client announces the length.
  const declared = uploads.sizeRefusal(Number(c.req.header('content-length') ?? 0))
  if (declared) return declared
  try {
    return await uploads.accept(body ? Readable.fromWeb(body as NodeStream<Uint8Array>) : NOTHING, ownerId)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    log.error({ err: error }, 'an upload could not be kept')
    return refuse(error.code)
  }
}

const NOTHING: AsyncIterable<Uint8Array> = Readable.from([])

async function answer(c: Context, files: FileStore, file: StoredFile): Promise<Response | undefined> {
  const { id, kind, size, sha256 } = file
  const isRead = c.req.method !== 'HEAD' && c.req.header('if-none-match') !== `"${sha256}"`
  const content = isRead ? await files.content(file) : undefined
  if (isRead && !content) return undefined
  const etag = `"${sha256}"`
  const { contentType, disposition } = shownAs(kind, id)
  c.header('Content-Type', contentType)
  c.header('Content-Disposition', disposition)
  // However the file is opened, nothing in it runs, and nothing is loaded for it.
  c.header('Content-Security-Policy', "default-src 'none'; sandbox")
  c.header('ETag', etag)
  // Revalidated each time: a user who has been removed since gets nothing, not even from their own cache.
  c.header('Cache-Control', 'private, no-cache')
  c.header('Vary', 'Authorization')
  if (c.req.header('if-none-match') === etag) return c.body(null, 304)
  c.header('Content-Length', String(size))
  return content ? c.body(content) : c.body(null)
}
