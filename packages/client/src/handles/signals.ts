import { asRoomId, TYPING_RENEW_MS } from '@roomful/protocol/plain'
import type { EngineContext } from '../engine/engine-context'

/** Typing, out: at most one signal in 2.5 s, and its end at once. Never queued, never repeated. */
export function createTypingSignal(engine: EngineContext, id: string): (typing: boolean) => void {
  const { transport, clock } = engine
  const roomId = asRoomId(id)
  /** When the last signal was sent; null: to the others this user does not type. */
  let signalledAt: number | null = null

  return (typing) => {
    const now = clock.now()
    if (typing ? signalledAt !== null && Math.abs(now - signalledAt) < TYPING_RENEW_MS : signalledAt === null)
      return
    signalledAt = typing ? now : null
    transport.signal('typing', { roomId, typing: Boolean(typing) })
  }
}
