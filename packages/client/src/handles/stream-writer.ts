import type { Message, StreamState } from '@roomful/protocol'
import { STREAM_ALIVE_MS, STREAM_WRITE_MS } from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'
import { at, seqOf } from '../model/rows/timeline'
import { deltaSenderOf } from './delta-sender'
import type { HandleRoom } from './handle-context'

/** A producer that is this far ahead of what is written waits: the connection, or the server, is slower than it. */
const AHEAD_MAX = 4_000
const AHEAD_MS = 5_000

/** Why a stream takes no more: the row as a user has cancelled it, or a refusal. */
export type StreamEnd = Message | ChatError

export type StreamWriter = {
  /** There is more text. */
  touch(): void
  /** Resolves once more text can be taken, or it has ended. */
  ready(): Promise<void>
  /** Nothing is written any more. */
  stop(): void
}

/**
 * Brings the text of one message to the server: pieces at once, and all of it once a second, for good. A write has the
 * whole text, so one that is lost is made up by the next.
 */
export function createStreamWriter(
  { engine, slot, id: roomId }: HandleRoom,
  row: Message,
  text: () => string,
  onEnd: (end: StreamEnd) => void,
): StreamWriter {
  const { clock } = engine
  const deltas = deltaSenderOf(engine)
  const { id: messageId } = row
  const run = row.stream?.run ?? 0
  let written = row.content.length
  let sent = written
  let sentAt = clock.now()
  /** Since when there is text that is not written; null: there is none. */
  let aheadSince: number | null = null
  let writtenAt = clock.now()
  let isWriting = false
  /** A piece was refused, or lost: the server may not know that this producer is there. */
  let isDoubted = false
  let isOver = false
  let waiters: (() => void)[] = []
  let cancelWrite: (() => void) | undefined
  let cancelAlive = (): void => {}

  const stop = (): void => {
    isOver = true
    cancelWrite?.()
    cancelAlive()
    slot.topic.observers.delete(look)
    release()
  }
  const end = (reason: StreamEnd): void => {
    if (isOver) return
    stop()
    onEnd(reason)
  }
  const release = (): void => {
    const ready = waiters
    waiters = []
    for (const resolve of ready) resolve()
  }

  const check = (now: Message): void => {
    const { stream } = now
    if (stream?.state === 'cancelled') end(now)
    else if ((stream?.run ?? 0) > run || stream === undefined)
      end(new ChatError('STREAM_ENDED', 'Another producer continues it, or it was deleted'))
  }
  const look = (): void => {
    const held = at(slot.model.rows.timeline, seqOf(slot.model.rows.timeline, messageId) ?? 0)
    if (held && held.rev > row.rev) check(held)
  }

  const send = (): void => {
    const piece = text().slice(sent)
    deltas.add({
      ...{ roomId, messageId, run, offset: sent, text: piece },
      refused: () => {
        isDoubted = true
        writeSoon()
      },
    })
    sent += piece.length
    sentAt = clock.now()
  }

  /** It may have nothing to say for a long time: others are not to think that it is gone. */
  const keepAlive = (ms: number): void => {
    cancelAlive = clock.setTimer(ms, () => {
      const restMs = sentAt + STREAM_ALIVE_MS - clock.now()
      if (restMs <= 0) send()
      keepAlive(restMs > 0 ? restMs : STREAM_ALIVE_MS)
    })
  }

  const writeSoon = (leastMs = 0): void => {
    if (isOver || cancelWrite || isWriting) return
    const restMs = Math.max(writtenAt + STREAM_WRITE_MS - clock.now(), leastMs, 0)
    cancelWrite = clock.setTimer(restMs, () => {
      cancelWrite = undefined
      void write()
    })
  }

  const ask = (content: string, state: StreamState) =>
    engine.ask('write-stream', { roomId, messageId, run, content, state })

  const write = async (): Promise<void> => {
    const content = text()
    if (isOver || (content.length === written && !isDoubted)) return
    isWriting = true
    writtenAt = clock.now()
    let result = await ask(content, 'streaming')
    // Cancelled, and closed without this text: an end that says nothing new is answered with the row.
    if (!result.ok && result.error?.code === 'STREAM_ENDED') result = await ask(row.content, 'cancelled')
    isWriting = false
    if (isOver) return
    if (!result.ok) {
      if (result.error?.retry === 'never') return end(result.error)
      return writeSoon(result.error?.retryAfterMs)
    }
    written = content.length
    // What was refused left a gap: the next piece begins where the row ends, which may be before the end of this write.
    if (isDoubted) sent = Math.min(sent, result.ack.message.content.length)
    isDoubted = false
    aheadSince = text().length > written ? writtenAt : null
    release()
    check(result.ack.message)
    if (aheadSince !== null) writeSoon()
  }

  const isBehind = (): boolean =>
    text().length - written > AHEAD_MAX || (aheadSince !== null && clock.now() - aheadSince > AHEAD_MS)

  slot.topic.observers.add(look)
  keepAlive(STREAM_ALIVE_MS)

  return {
    touch() {
      if (isOver) return
      aheadSince ??= clock.now()
      send()
      writeSoon()
    },
    async ready() {
      while (!isOver && isBehind()) await new Promise<void>((resolve) => waiters.push(resolve))
    },
    stop,
  }
}
