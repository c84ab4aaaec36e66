import type { Message } from '@roomful/protocol'
import type { ChatStore } from '../engine/chat-store'
import type { EngineContext } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import { entryOf, outcomesSince } from '../model/outbox/outbox'

/** `also`: another one for the same entry, as two streams may continue one message. */
type Waiter = {
  readonly resolve: (row: Message | undefined) => void
  readonly reject: (error: ChatError) => void
  readonly also: Waiter | undefined
}

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
    if (!waiting) return
    for (const { id, outcome } of outcomesSince(before.outbox, after.outbox)) {
      for (let waiter = waiting.get(id); waiter; waiter = waiter.also)
        if (outcome.error) waiter.reject(outcome.error)
        else waiter.resolve(outcome.row)
      waiting.delete(id)
    }
    // Nothing of another user is sent: it stays on the disk until they are here again.
    if (event.type !== 'wiped') return
    for (const [id, waiter] of waiting) {
      if (entryOf(after.outbox, id)) continue
      waiting.delete(id)
      rejectAll(waiter, over() ?? new ChatError('ABORTED', 'Another user has signed in'))
    }
  })

  store.chatTopic.observers.add(() => {
    const reason = over()
    if (!reason) return
    for (const waiting of rooms.values()) for (const waiter of waiting.values()) rejectAll(waiter, reason)
    rooms.clear()
  })

  return {
    wait: (roomId, id) =>
      new Promise((resolve, reject) => {
        const reason = over()
        if (reason) return reject(reason)
        const waiting = rooms.get(roomId) ?? new Map<string, Waiter>()
        rooms.set(roomId, waiting.set(id, { resolve, reject, also: waiting.get(id) }))
      }),
  }
}

/** A loop: an app may have called as often as it likes. */
function rejectAll(first: Waiter, error: ChatError): void {
  for (let waiter: Waiter | undefined = first; waiter; waiter = waiter.also) waiter.reject(error)
}
