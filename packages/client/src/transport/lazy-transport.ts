import type { Transport, TransportFactory } from './port'

/** A transport whose code is loaded when it first connects: few apps need it, and the rest do not pay for it. */
export function lazyTransport(load: () => Promise<TransportFactory>): TransportFactory {
  return (url, onEvent) => {
    let inner: Transport | null = null
    /** Counts connects and ends: a load that comes too late must not open a connection. */
    let turns = 0
    const end = (): void => {
      turns++
      inner?.disconnect()
    }
    return {
      connect: (token) => {
        const turn = ++turns
        load()
          .then((factory) => {
            inner ??= factory(url, onEvent)
            if (turn === turns) inner.connect(token)
          })
          .catch((error: unknown) => {
            const text = error instanceof Error ? error.message : 'The transport could not be loaded'
            if (turn === turns) onEvent({ type: 'down', reason: { code: 'OFFLINE', text, next: 'retry' } })
          })
      },
      disconnect: end,
      close: () => {
        turns++
        inner?.close()
      },
      request: async (event, payload, timeoutMs) =>
        inner ? inner.request(event, payload, timeoutMs) : { kind: 'offline' },
      signal: (event, payload) => inner?.signal(event, payload),
    }
  }
}
