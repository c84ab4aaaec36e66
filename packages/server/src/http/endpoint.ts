import { createServer, type Server as HttpServer } from 'node:http'
import { Server as HttpsServer } from 'node:https'
import { HTTP_TIMEOUTS, listen, trackConnections, urlOf } from './listen'
import { type HostServer, mountAt } from './mount'

/** Where the chat server is reached: a port of its own, or an app's server. */
export type Endpoint = {
  /** 0: the app's server does not listen yet, or not on a port. */
  port(): number
  /** As a browser on this machine opens it. */
  url(): string
  /** No more connections come in; resolves when the last one that is its own is gone. */
  close(): Promise<void>
  /** Ends the connections that are still there. */
  cut(): void
}

/** A port of its own, where all that is not under `path` is not found. */
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

/** The part under `path` of an app's server, which goes on without it. */
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
