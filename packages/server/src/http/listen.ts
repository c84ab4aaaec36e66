import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Resolves with the port when connections can be made; rejects where the port is taken. */
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
