import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { Context, MiddlewareHandler } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import { getMimeType } from 'hono/utils/mime'
import { pagePolicy } from './page-policy'

type File = { path: string; size: number; etag: string }

/** Bundlers put the content's hash into these names: such a file never changes. */
const HASHED = /-[A-Za-z0-9_-]{8,}\.\w+$/

export type StaticOptions = {
  /** The path that stands for the folder; the root by default. */
  readonly under?: string
  /** What its pages may load, instead of `pagePolicy`. */
  readonly policy?: string
}

/** Smallest first. The file that is compressed so has this ending more. */
const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const
type Encoding = (typeof ENCODINGS)[number]

/**
 * Serves a folder, and its index.html for every page address of a single-page app. Nothing is compressed while it is
 * served: of `app.js` the file `app.js.br` or `app.js.gz` beside it is sent to browsers that take it.
 */
export function staticFiles(folder: string, { under = '', policy }: StaticOptions = {}): MiddlewareHandler {
  return async (c, next) => {
    // Routes may have addresses under the same path: `POST /admin/sessions/:sid/revoke` beside the operator's page.
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return next()
    const path = safePath(c.req.path.slice(under.length))
    if (path === undefined) return c.notFound()
    const file = (await fileAt(folder, path)) ?? (isPage(c, path) ? await fileAt(folder, '/') : undefined)
    return file ? answer(c, file, await compressed(c, folder, file), policy) : c.notFound()
  }
}

/** Undefined unless it is a plain path: no dot files, `..`, NUL, backslashes, broken escapes. */
function safePath(raw: string): string | undefined {
  try {
    const path = decodeURIComponent(raw)
    const isPlain = !/[\0\\]/.test(path) && !path.split('/').some((part) => part.startsWith('.'))
    return isPlain ? path : undefined
  } catch {
    return undefined
  }
}

/** A browser's request for a page, without a file extension. */
function isPage(c: Context, path: string): boolean {
  return extname(path) === '' && (c.req.header('accept') ?? '').includes('text/html')
}

async function fileAt(folder: string, path: string): Promise<File | undefined> {
  try {
    const root = await realpath(folder)
    // Links are resolved: one that leads out of the folder is not followed.
    const found = await realpath(join(root, path))
    if (found !== root && !found.startsWith(root + sep)) return undefined
    const facts = await stat(found)
    if (facts.isDirectory()) return path.endsWith('/') ? fileAt(folder, `${path}index.html`) : undefined
    const etag = `"${facts.size.toString(36)}-${Math.floor(facts.mtimeMs).toString(36)}"`
    return { path: found, size: facts.size, etag }
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The last: a name or an address that is longer than any file's, which anybody may ask for. */
const NO_FILE: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'])

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NO_FILE.has(error.code)
}

type Compressed = { readonly file: File; readonly encoding: Encoding }

/** Undefined: it is not there, or the browser does not take it. */
async function compressed(c: Context, folder: string, { path }: File): Promise<Compressed | undefined> {
  const root = await realpath(folder)
  for (const encoding of takenEncodings(c.req.header('accept-encoding') ?? '')) {
    const file = await fileAt(root, `${path.slice(root.length)}${encoding.ending}`)
    if (file) return { file, encoding }
  }
  return undefined
}

/** RFC 9110, 12.5.3: `*` stands for those that are not named; q=0 refuses. */
function takenEncodings(header: string): readonly Encoding[] {
  const asked = new Map(parseAccept(header).map(({ type, q }) => [type.toLowerCase(), q]))
  return ENCODINGS.filter(({ name }) => (asked.get(name) ?? asked.get('*') ?? 0) > 0)
}

function answer(
  c: Context,
  plain: File,
  compressed: Compressed | undefined,
  policy = pagePolicy(c.req.header('host')),
): Response {
  const type = getMimeType(plain.path) ?? 'application/octet-stream'
  const { path, size, etag } = compressed?.file ?? plain
  c.header('Content-Type', type)
  c.header('ETag', etag)
  c.header('Vary', 'Accept-Encoding', { append: true })
  c.header('Cache-Control', HASHED.test(plain.path) ? 'public, max-age=31536000, immutable' : 'no-cache')
  if (compressed) c.header('Content-Encoding', compressed.encoding.name)
  if (type.startsWith('text/html')) c.header('Content-Security-Policy', policy)
  if (c.req.header('if-none-match') === etag) return c.body(null, 304)
  c.header('Content-Length', String(size))
  if (c.req.method === 'HEAD') return c.body(null)
  return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream)
}
