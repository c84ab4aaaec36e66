import { createServer, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'
import type { AsyncClosable } from '@roomful/protocol'

/** A page that requests this makes the browser clear the site's storage. */
export const CLEAR_PATH = '/clear-site-data'

/** The server on `targetPort`, and at the same origin a path that clears the storage of the site. */
export async function createClearingProxy(
  targetPort: number,
): Promise<AsyncClosable & { readonly url: string }> {
  const server = createServer((incoming, answer) => {
    if (incoming.url === CLEAR_PATH) {
      answer.writeHead(200, { 'clear-site-data': '"storage"' }).end()
      return
    }
    const { method, url, headers } = incoming
    const outgoing = request(
      { host: '127.0.0.1', port: targetPort, method, path: url, headers },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(answer)
      },
    )
    outgoing.on('error', () => answer.destroy())
    incoming.pipe(outgoing)
  })
  // The server cannot close upgraded sockets.
  const websockets = new Set<Duplex>()
  server.on('upgrade', ({ method, url, rawHeaders }, client, head) => {
    websockets.add(client)
    const upstream = connect(targetPort, '127.0.0.1')
    const names = rawHeaders.filter((_, i) => i % 2 === 0)
    const lines = names.map((name, i) => `${name}: ${rawHeaders[2 * i + 1]}`)
    upstream.write(`${method} ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    upstream.write(head)
    upstream.pipe(client).pipe(upstream)
    // The end of one ends the other.
    upstream.on('error', () => client.destroy()).on('close', () => client.destroy())
    client.on('error', () => upstream.destroy())
    client.on('close', () => {
      websockets.delete(client)
      upstream.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    for (const websocket of websockets) websocket.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  const { port } = server.address() as AddressInfo
  return { url: `http://localhost:${port}`, [Symbol.asyncDispose]: close }
}
