import type { StreamPiece } from '@roomful/protocol'
import { asRoomId, LIMITS } from '@roomful/protocol/plain'
import type { EngineContext } from '../engine/engine-context'

/** Pieces of all streams of this chat leave together, no more often than this. */
const GATHER_MS = 50
/** Beyond it the connection is slower than the pieces come: then they leave in larger steps. */
const UNDER_WAY_MAX = 4
/** Of one request, in UTF-16 units: in UTF-8 it stays below the server's frame. */
const CHARACTERS_MAX = 16_000

type Waiting = StreamPiece & { readonly roomId: string; readonly refused: () => void }

export type DeltaSender = {
  /** Shown to others soon, or not at all: what counts is written. `refused`: the server does not take it. */
  add(piece: Waiting): void
}

const senders = new WeakMap<EngineContext, DeltaSender>()

/** One for each chat. */
export function deltaSenderOf(engine: EngineContext): DeltaSender {
  const known = senders.get(engine)
  if (known) return known
  const sender = createDeltaSender(engine)
  senders.set(engine, sender)
  return sender
}

function createDeltaSender(engine: EngineContext): DeltaSender {
  const { clock } = engine
  const waiting = new Map<string, Waiting>()
  let underWay = 0
  let pausedUntil = 0
  let sentAt = Number.NEGATIVE_INFINITY
  let cancelTimer: (() => void) | undefined

  engine.store.chatTopic.observers.add(() => {
    if (engine.over()) cancelTimer?.()
  })

  /** At once, after a rest: each step is late by one wait at most. */
  const send = (): void => {
    if (cancelTimer || waiting.size === 0 || engine.over()) return
    const restMs = Math.max(pausedUntil, sentAt + GATHER_MS) - clock.now()
    if (restMs > 0) {
      cancelTimer = clock.setTimer(restMs, () => {
        cancelTimer = undefined
        send()
      })
      return
    }
    sentAt = clock.now()
    while (waiting.size > 0 && underWay < UNDER_WAY_MAX) void request(take())
  }

  const take = (): Waiting[] => {
    const taken: Waiting[] = []
    let characters = 0
    for (const [id, piece] of waiting) {
      characters += piece.text.length
      if (taken.length > 0 && (taken.length === LIMITS.streamDeltas || characters > CHARACTERS_MAX)) break
      taken.push(piece)
      waiting.delete(id)
    }
    return taken
  }

  const request = async (pieces: readonly Waiting[]): Promise<void> => {
    underWay++
    const deltas = pieces.map(({ refused: _, roomId, ...piece }) => ({ roomId: asRoomId(roomId), ...piece }))
    const result = await engine.ask('message-delta', { deltas })
    underWay--
    if (!result.ok) pausedUntil = clock.now() + (result.error?.retryAfterMs ?? 0)
    const refused = new Set<string>(result.ok ? result.ack.refused : [])
    // Of a request that was lost the next piece would leave a gap.
    for (const piece of pieces) if (!result.ok || refused.has(piece.messageId)) piece.refused()
    send()
  }

  return {
    add(piece) {
      const before = waiting.get(piece.messageId)
      const end = before && before.offset + before.text.length
      const continues = before?.run === piece.run && end === piece.offset
      waiting.set(
        piece.messageId,
        before && continues ? { ...piece, offset: before.offset, text: before.text + piece.text } : piece,
      )
      send()
    },
  }
}
