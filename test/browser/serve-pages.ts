import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { basename, join } from 'node:path'

/** As a developer's own server does it: the chat server's pages may connect to nothing but itself. */
export async function servePages(folder: string): Promise<{ readonly origin: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://pages')
    const file = pathname === '/' ? 'index.html' : basename(pathname)
    response.setHeader('content-type', file.endsWith('.js') ? 'text/javascript' : 'text/html')
    response.end(existsSync(join(folder, file)) ? readFileSync(join(folder, file)) : '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it listens on a port')
  return {
    origin: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
