import type { Context } from 'hono'
import { shownAs } from '../files/file-kinds'
import type { FileStore, StoredFile } from '../files/file-store'

/** How long an address of a content in the store is valid: until a download has begun. */
const LINK_MS = 60_000

/**
 * The content, or the way to it where the store hands it out itself. Undefined: it has just been removed.
 */
export async function fileResponse(
  c: Context,
  files: FileStore,
  file: StoredFile,
): Promise<Response | undefined> {
  const { id, kind, size, sha256 } = file
  const etag = `"${sha256}"`
  const { contentType, disposition } = shownAs(kind, id)
  c.header('ETag', etag)
  // Revalidated each time: a user who has been removed since gets nothing, not even from their own cache.
  c.header('Cache-Control', 'private, no-cache')
  c.header('Vary', 'Authorization')
  if (c.req.header('if-none-match') === etag) return c.body(null, 304)
  const isRead = c.req.method !== 'HEAD'
  if (isRead && files.link)
    return c.redirect(await files.link(file, { contentType, disposition, expiresInMs: LINK_MS }), 302)
  const content = isRead ? await files.content(file) : undefined
  if (isRead && !content) return undefined
  c.header('Content-Type', contentType)
  c.header('Content-Disposition', disposition)
  // However the file is opened, nothing in it runs, and nothing is loaded for it.
  c.header('Content-Security-Policy', "default-src 'none'; sandbox")
  c.header('Content-Length', String(size))
  return content ? c.body(content) : c.body(null)
}
