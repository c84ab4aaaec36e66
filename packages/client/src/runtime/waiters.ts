import type { Message } from '@roomful/protocol'
import type { ChatError } from '../core/chat-error'
import type { Cells } from './cells'

type Waiter = { resolve: (row: Message | undefined) => void; reject: (error: ChatError) => void }

export type Waiters = {
  /** How this entry of the outbox ends: with its row, without one, or with the reason of its refusal. */
  wait(roomId: string, id: string): Promise<Message | undefined>
  closeAll(error: ChatError): void
}

/** Promises for entries of the outbox. The outcomes are part of the state; this only tells them to who waits. */
export function createWaiters(cells: Cells): Waiters {
  const rooms = new Map<string, Map<string, Waiter>>()
  let closed: ChatError | null = null

  cells.watch((before, after) => {
    const waiting = rooms.get(after.id)
    if (waiting === undefined || before.outcomes === after.outcomes) return
    for (const [id, waiter] of waiting) {
      const outcome = after.outcomes.get(id)
      if (outcome === undefined) continue
      waiting.delete(id)
      if (outcome.error) waiter.reject(outcome.error)
      else waiter.resolve(outcome.row)
    }
  })

  return {
    wait: (roomId, id) =>
      new Promise((resolve, reject) => {
        if (closed) return reject(closed)
        const waiting = rooms.get(roomId) ?? new Map<string, Waiter>()
        rooms.set(roomId, waiting.set(id, { resolve, reject }))
      }),
    closeAll: (error) => {
      closed = error
      for (const waiting of rooms.values()) for (const { reject } of waiting.values()) reject(error)
      rooms.clear()
    },
  }
}

/** The same promise, marked as heeded: ignoring it raises nothing, because the state shows how it ended. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  return promise
}
