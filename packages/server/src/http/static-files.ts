import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import { Readable } from 'node:stream'
import type { Context, MiddlewareHandler } from 'hono'
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

/** Serves a folder, and its index.html for every page address of a single-page app. */
export function staticFiles(folder: string, { under = '', policy }: StaticOptions = {}): MiddlewareHandler {
  return async (c) => {
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return c.notFound()
    const path = safePath(c.req.path.slice(under.length))
    if (path === undefined) return c.notFound()
    const file = (await fileAt(folder, path)) ?? (isPage(c, path) ? await fileAt(folder, '/') : undefined)
    return file ? answer(c, file, policy) : c.notFound()
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

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function answer(c: Context, { path, size, etag }: File, policy = pagePolicy(c.req.header('host'))): Response {
  const type = getMimeType(path) ?? 'application/octet-stream'
  c.header('Content-Type', type)
  c.header('ETag', etag)
  c.header('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache')
  if (type.startsWith('text/html')) c.header('Content-Security-Policy', policy)
  if (c.req.header('if-none-match') === etag) return c.body(null, 304)
  c.header('Content-Length', String(size))
  if (c.req.method === 'HEAD') return c.body(null)
  return c.body(Readable.toWeb(createReadStream(path)) as ReadableStream)
}
