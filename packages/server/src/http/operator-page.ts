import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Hono } from 'hono'
import { ConfigError } from '../options'
import { staticFiles } from './static-files'

/** Beside the built server; and where the build of the repository puts it, for a server that runs from its sources. */
const FOLDERS = ['./admin/', '../../dist/admin/'].map((path) => fileURLToPath(new URL(path, import.meta.url)))

/**
 * Nothing but its own files and requests to this server: the page holds a key that may do everything. Not even styles in
 * the markup; React sets them by script.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The operator's page at `/admin/`. All of it is public: what it shows it asks for with the operator's key. */
export function operatorPage(): (app: Hono) => void {
  const folder = FOLDERS.find((path) => existsSync(`${path}index.html`))
  if (folder === undefined)
    throw new ConfigError([
      'the files of the operator’s page are not beside the server’s own: build them, or leave the server out of your bundle (--admin-page)',
    ])
  return (app) => {
    // Relative: the server may be mounted under a path that it does not see.
    app.get('/admin', (c) => c.redirect('admin/'))
    app.use('/admin/*', async (c, next) => {
      await next()
      c.header('Cross-Origin-Opener-Policy', 'same-origin')
      c.header('Cross-Origin-Resource-Policy', 'same-origin')
    })
    app.use('/admin/*', staticFiles(folder, { under: '/admin', policy: POLICY }))
  }
}
