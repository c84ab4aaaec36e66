import type { Bus, BusMessage } from './bus'

/** On every sixth check of the heads, that is once a minute, everything else is compared with the database too. */
const LOOKS_A_LOSS = 6

/** The bus of a single node; `isShared`: other nodes use the same database, and only the database connects them. */
export function localBus({ isShared = false }: { isShared?: boolean } = {}): Bus {
  let asked = 0
  const listeners: ((message: BusMessage) => void)[] = []
  return {
    isShared,
    takeLoss: () => isShared && asked++ % LOOKS_A_LOSS === 0,
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
