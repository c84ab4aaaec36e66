import type { Server, ServerOptions } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/**
 * Time limits of a peer. Node's own (60 s for the headers, 300 s for a request, checked every 30 s) let a silent client
 * hold a connection for minutes.
 */
export const HTTP_TIMEOUTS: ServerOptions = {
  headersTimeout: 5_000,
  // An upload of 10 MB over a slow network, or a poll that waits for the next ping.
  requestTimeout: 120_000,
  connectionsCheckingInterval: 1_000,
}

/** Resolves with the port when connections can be made; rejects if the port is taken. */
export function listen(http: Server, port: number, host: string | undefined): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen({ port, ...(host === undefined ? {} : { host }) }, () => {
      http.off('error', reject)
      resolve((http.address() as AddressInfo).port)
    })
  })
}

/** The address that a browser on this machine opens. */
export function urlOf(host: string | undefined, port: number): string {
  const isAny = host === undefined || host === '0.0.0.0' || host === '::'
  const name = isAny ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `http://${name}:${port}`
}

/**
 * Returns the function that cuts all open connections. Node's own closeAllConnections leaves out those that became
 * websockets, and one whose client has stopped reading would delay a stop by 30 s.
 */
export function trackConnections(http: Server): () => void {
  const connections = new Set<Socket>()
  http.on('connection', (connection) => {
    connections.add(connection)
    connection.once('close', () => connections.delete(connection))
  })
  return () => {
    for (const connection of connections) connection.destroy()
  }
}
