import { createServer } from 'node:http'
import type { Registry } from 'prom-client'
import { HTTP_TIMEOUTS, listen } from './listen'

/** `GET /metrics` on a separate port, which a firewall can close to the public. */
export async function serveMetrics(
  registry: Registry,
  port: number,
  host: string | undefined,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const http = createServer(HTTP_TIMEOUTS, (request, response) => {
    const isAsked = request.method === 'GET' && request.url?.split('?')[0] === '/metrics'
    if (!isAsked) return void response.writeHead(404).end('Not found\n')
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  const taken = await listen(http, port, host)
  return {
    port: taken,
    stop: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}
