import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { Duplex } from 'node:stream'

/** The app's own server, from `node:http` or `node:https`. */
export type HostServer = HttpServer | HttpsServer

/** The chat server's part of an app's own HTTP server. */
export type Mount = {
  /** Requests under the path go to the app again, and websockets opened through here are cut. */
  unmount(): void
}

/**
 * Hands every request and websocket under `path` of the host to `inner`, whose addresses begin at `/`, and leaves all
 * others to the app's own listeners.
 *
 * Listeners cannot do that: those of frameworks answer every request, in whatever order they are added, and other
 * websocket servers on the same host destroy upgrades that they do not know.
 */
export function mountAt(host: HostServer, path: string, inner: HttpServer): Mount {
  const { emit } = host
  const upgraded = new Set<Duplex>()

  const takes = (event: string, [request, response, head]: readonly unknown[]): boolean => {
    if (!isRequest(request)) return false
    const rest = pathUnder(request.url, path)
    if (rest === undefined) return false
    if (event === 'upgrade' && isDuplex(response)) {
      request.url = rest
      upgraded.add(response)
      response.once('close', () => upgraded.delete(response))
      return inner.emit('upgrade', request, response, head)
    }
    if (!REQUESTS.has(event) || !isResponse(response)) return false
    // A page there resolves relative addresses against the folder.
    if (request.url === path) return redirect(response, `${path}/`)
    request.url = rest
    // If the app listens for `checkContinue`, Node emits that instead, and the client waits for `100 Continue`.
    if (event === 'checkContinue') response.writeContinue()
    return inner.emit('request', request, response)
  }
  const mounted: (event: string, ...args: unknown[]) => boolean = (event, ...args) =>
    takes(event, args) || Reflect.apply(emit, host, [event, ...args])
  host.emit = mounted
  // Without an upgrade listener, Node emits upgrades as plain requests.
  const refuseUpgrade = (_request: IncomingMessage, socket: Duplex): void => {
    if (host.listenerCount('upgrade') === 1) socket.end(NOT_FOUND)
  }
  host.on('upgrade', refuseUpgrade)

  return {
    unmount: () => {
      // Another wrapper may have replaced it since: then this one stays in between, and takes nothing any more.
      if (host.emit === mounted) host.emit = emit
      path = NOWHERE
      host.off('upgrade', refuseUpgrade)
      for (const socket of upgraded) socket.destroy()
    },
  }
}

const REQUESTS: ReadonlySet<string> = new Set(['request', 'checkContinue', 'checkExpectation'])
const NOT_FOUND = 'HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n'
/** No request's path begins so. */
const NOWHERE = '\0'

/**
 * The address within a mount point: `/api/chat/auth/guest?x=1` under `/api/chat` is `/auth/guest?x=1`. Undefined: the
 * address is not under it.
 */
export function pathUnder(url: string | undefined, path: string): string | undefined {
  if (!url?.startsWith(path)) return undefined
  const rest = url.slice(path.length)
  if (rest === '' || rest.startsWith('?')) return `/${rest}`
  return rest.startsWith('/') ? rest : undefined
}

function redirect(response: ServerResponse, location: string): true {
  response.writeHead(308, { location }).end()
  return true
}

const isRequest = (value: unknown): value is IncomingMessage =>
  typeof value === 'object' && value !== null && 'url' in value && 'headers' in value

const isResponse = (value: unknown): value is ServerResponse =>
  typeof value === 'object' && value !== null && 'writeContinue' in value

const isDuplex = (value: unknown): value is Duplex =>
  typeof value === 'object' && value !== null && 'destroy' in value && 'once' in value
