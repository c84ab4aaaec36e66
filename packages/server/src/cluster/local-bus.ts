import type { Bus, BusMessage } from './bus'

/** The bus of a single node. */
export function localBus(): Bus {
  const listeners: ((message: BusMessage) => void)[] = []
  return {
    publish: (message) => {
      for (const listener of listeners) listener(message)
    },
    subscribe: (listener) => {
      listeners.push(listener)
    },
    close: async () => {
      listeners.length = 0
    },
  }
}
