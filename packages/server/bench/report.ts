import type { Server } from 'node:http'

/** What a measured server reports to the process that measures it. */
export type Report = { readonly url: string } | { readonly cpuMicros: number }

/** Reports where it listens, and on request how much processor time it has used. */
export function reportUrl(own: NodeJS.Process, url: string): void {
  own.on('message', () => {
    const { user, system } = own.cpuUsage()
    own.send?.({ cpuMicros: user + system } satisfies Report)
  })
  // It ends with the process that measures it.
  own.on('disconnect', () => own.exit())
  own.send?.({ url } satisfies Report)
}

export function reportTo(own: NodeJS.Process, http: Server): void {
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  reportUrl(own, `http://127.0.0.1:${address.port}`)
}
