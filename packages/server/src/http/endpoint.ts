import { createServer, type Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { HTTP_TIMEOUTS, listen, trackConnections, urlOf } from './listen'
import { type HostServer, mountAt } from './mount'

/** Where the chat server is reached: its own port, or an app's server. */
export type Endpoint = {
  /** 0: the app's server does not listen yet, or has no port. */
  port(): number
  /** The address for a browser on this machine. */
  url(): string
  /** Accepts no more connections; resolves when the last of its own is closed. */
  close(): Promise<void>
  /** Ends the connections that are still open. */
  cut(): void
}

/** Its own port, where everything outside `path` is not found. */
export async function ownEndpoint(
  inner: HttpServer,
  path: string,
  { port, host }: { readonly port: number; readonly host: string | undefined },
): Promise<Endpoint> {
  const http = createServer(HTTP_TIMEOUTS, (_request, response) => {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n')
  })
  mountAt(http, path, inner)
  const cut = trackConnections(http)
  const taken = await listen(http, port, host)
  return {
    port: () => taken,
    url: () => urlOf(host, taken) + path,
    close: () => new Promise((resolve) => http.close(() => resolve())),
    cut,
  }
}

/** The part under `path` of an app's server, which keeps running without it. */
export function mountedEndpoint(inner: HttpServer, path: string, host: HostServer): Endpoint {
  const mount = mountAt(host, path, inner)
  const port = (): number => {
    const address = host.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }
  return {
    port,
    url: () => {
      const address = urlOf(undefined, port())
      return (host instanceof HttpsServer ? address.replace('http:', 'https:') : address) + path
    },
    close: async () => {},
    cut: mount.unmount,
  }
}
