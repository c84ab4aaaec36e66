import type { Context } from 'hono'
import parseRange from 'range-parser'
import { shownAs } from '../files/file-kinds'
import type { ByteRange, FileStore, StoredFile, ThumbnailSize } from '../files/file-store'

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
  const { contentType, disposition } = shownAs(kind, id)
  if (isKnown(c, `"${sha256}"`)) return c.body(null, 304)
  const isRead = c.req.method !== 'HEAD'
  if (isRead && files.link)
    return c.redirect(await files.link(file, { contentType, disposition, expiresInMs: LINK_MS }), 302)
  const range = files.part && isRead ? rangeOf(c, size, sha256) : 'whole'
  if (range === 'outside') {
    c.header('Content-Range', `bytes */${size}`)
    return c.body(null, 416)
  }
  // Who asks only for the headers gets nothing opened: it would stay open, and its failure would be nobody's.
  const content = isRead
    ? await (range === 'whole' ? files.content(file) : files.part?.(file, range))
    : undefined
  if (isRead && !content) return undefined
  present(c, contentType, disposition)
  if (files.part) c.header('Accept-Ranges', 'bytes')
  if (range === 'whole') {
    c.header('Content-Length', String(size))
    return content ? c.body(content) : c.body(null)
  }
  c.header('Content-Range', `bytes ${range.from}-${range.to}/${size}`)
  c.header('Content-Length', String(range.to - range.from + 1))
  return content ? c.body(content, 206) : undefined
}

/** The part that is asked for. What cannot be read, several parts, and a part of another file than this one is the whole. */
function rangeOf(c: Context, size: number, sha256: string): ByteRange | 'whole' | 'outside' {
  const header = c.req.header('range')
  const held = c.req.header('if-range')
  if (header === undefined || (held !== undefined && held !== `"${sha256}"`)) return 'whole'
  const ranges = parseRange(size, header)
  if (ranges === -1) return 'outside'
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return 'whole'
  const [only] = ranges
  return only ? { from: only.start, to: only.end } : 'whole'
}

export async function thumbnailResponse(
  c: Context,
  content: ReadableStream<Uint8Array>,
  { file, size }: { readonly file: StoredFile; readonly size: ThumbnailSize },
): Promise<Response> {
  if (isKnown(c, `"${file.sha256}-${size}"`)) {
    await content.cancel()
    return c.body(null, 304)
  }
  present(c, 'image/webp', 'inline')
  if (c.req.method !== 'HEAD') return c.body(content)
  await content.cancel()
  return c.body(null)
}

/** Whether the client has it. It asks each time: one who was removed since gets nothing, not even from its own cache. */
function isKnown(c: Context, etag: string): boolean {
  c.header('ETag', etag)
  c.header('Cache-Control', 'private, no-cache')
  c.header('Vary', 'Authorization')
  return c.req.header('if-none-match') === etag
}

/** However the file is opened, nothing in it runs, and nothing is loaded for it. */
function present(c: Context, contentType: string, disposition: string): void {
  c.header('Content-Type', contentType)
  c.header('Content-Disposition', disposition)
  c.header('Content-Security-Policy', "default-src 'none'; sandbox")
}
