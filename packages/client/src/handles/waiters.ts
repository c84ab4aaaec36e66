import type { Message } from '@roomful/protocol'
import type { ChatStore } from '../engine/chat-store'
import type { EngineContext } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import { entryOf, outcomesSince } from '../model/outbox/outbox'

type Waiter = { resolve: (row: Message | undefined) => void; reject: (error: ChatError) => void }

/** Two streams may continue one message. */
const both = (a: Waiter, b: Waiter): Waiter => ({
  resolve: (row) => {
    a.resolve(row)
    b.resolve(row)
  },
  reject: (error) => {
    a.reject(error)
    b.reject(error)
  },
})

export type Waiters = {
  /** How this entry of the outbox ends: with its row, without one, or with the reason of its refusal. */
  wait(roomId: string, id: string): Promise<Message | undefined>
}

/**
 * Promises for entries of the outbox. The outcomes are part of the state, and so is the end of the chat, by which all of
 * them end; this only delivers.
 */
export function createWaiters(store: ChatStore, over: EngineContext['over']): Waiters {
  const rooms = new Map<string, Map<string, Waiter>>()

  store.watch((before, after, event) => {
    const waiting = rooms.get(after.id)
    if (waiting === undefined) return
    for (const { id, outcome } of outcomesSince(before.outbox, after.outbox)) {
      const waiter = waiting.get(id)
      if (waiter === undefined) continue
      waiting.delete(id)
      if (outcome.error) waiter.reject(outcome.error)
      else waiter.resolve(outcome.row)
    }
    // Nothing of another user is sent: it stays on the disk until they are here again.
    if (event.type !== 'wiped') return
    for (const [id, waiter] of waiting) {
      if (entryOf(after.outbox, id) !== undefined) continue
      waiting.delete(id)
      waiter.reject(over() ?? new ChatError('ABORTED', 'Another user has signed in'))
    }
  })

  store.chatTopic.observers.add(() => {
    const reason = over()
    if (reason === null) return
    for (const waiting of rooms.values()) for (const { reject } of waiting.values()) reject(reason)
    rooms.clear()
  })

  return {
    wait: (roomId, id) =>
      new Promise((resolve, reject) => {
        const reason = over()
        if (reason) return reject(reason)
        const waiting = rooms.get(roomId) ?? new Map<string, Waiter>()
        const own = { resolve, reject }
        const known = waiting.get(id)
        rooms.set(roomId, waiting.set(id, known ? both(known, own) : own))
      }),
  }
}
