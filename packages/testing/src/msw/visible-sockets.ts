import { transports } from 'engine.io-client'

type IsMocked = (url: string) => boolean

const mocked = new Set<IsMocked>()
let isReplaced = false

/** Node before 22 has no `WebSocket` of its own, and msw replaces only what is there. */
class NoWebSocket {
  constructor(url: string) {
    throw new Error(`No handler of msw takes ${url}, and this Node has no WebSocket`)
  }
}

// Now, and not with the first handler: msw looks for it when it starts to listen, which may be before.
if (typeof globalThis.WebSocket === 'undefined') Object.assign(globalThis, { WebSocket: NoWebSocket })

/**
 * Makes Socket.IO's client dial these addresses with the global `WebSocket`, as it is at that moment: the only one that
 * msw intercepts. In Node it would take the package `ws`, in a page the `WebSocket` of before msw's start. Returns the
 * function that ends it.
 */
export function makeVisible(isMocked: IsMocked): () => void {
  mocked.add(isMocked)
  if (!isReplaced) replaceTransport()
  isReplaced = true
  return () => void mocked.delete(isMocked)
}

function replaceTransport(): void {
  class VisibleWebSocket extends transports.websocket {
    override createSocket(
      url: string,
      protocols: string | string[] | undefined,
      options: Record<string, unknown>,
    ): unknown {
      const isMocked = [...mocked].some((one) => one(url))
      return isMocked ? new WebSocket(url, protocols) : super.createSocket(url, protocols, options)
    }
  }
  Object.assign(transports, { websocket: VisibleWebSocket })
}
