import type { Bus, BusMessage } from '../cluster/bus'

/** The buses of two nodes; all messages are JSON, and each arrives in its own turn, as on a network. */
export function wire() {
  const listeners: ((message: BusMessage) => void)[][] = [[], []]
  let isCut = false
  const bus = (index: number): Bus => ({
    isShared: true,
    publish(message) {
      for (const listener of listeners[index] ?? []) listener(message)
      const text = JSON.stringify(message)
      if (!isCut) queueMicrotask(() => deliver(1 - index, JSON.parse(text)))
    },
    subscribe: (listener) => void listeners[index]?.push(listener),
    close: async () => {},
  })
  const deliver = (index: number, message: BusMessage): void => {
    for (const listener of listeners[index] ?? []) listener(message)
  }
  const cut = (value: boolean): void => {
    isCut = value
    if (!value) for (const index of [0, 1]) deliver(index, { type: 'bus-up' })
  }
  /** Messages are lost, unnoticed. */
  const lose = (value: boolean): void => {
    isCut = value
  }
  return { bus, cut, lose, deliver }
}
