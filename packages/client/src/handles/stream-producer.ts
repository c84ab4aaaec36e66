import type { ClientId, Message } from '@roomful/protocol'
import { asRoomId, codePointLength, isStorableText, LIMITS } from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'
import type { Target, WriteEntry } from '../model/outbox/entry'
import { entryOf } from '../model/outbox/outbox'
import { at, seqOf } from '../model/rows/timeline'
import type { StreamSource } from '../room'
import type { HandleRoom } from './handle-context'
import type { Enqueue } from './room-sends'
import { textOf } from './stream-source'
import { createStreamWriter, type StreamEnd, type StreamWriter } from './stream-writer'

/** How often the text grows on this device's screen. */
const STEP_MS = 50
/** Text that is taken from the source before the message is at the server. */
const UNOPENED_MAX = 4_000
const RETRY_MS = 1_000

export type Production = {
  readonly room: HandleRoom
  readonly enqueue: Enqueue
  readonly newId: () => ClientId
  readonly clientId: ClientId
  /** The message as it was opened. */
  readonly opened: Promise<Message | undefined>
  /** The app has named the clientId: an earlier run may have opened it, and written some of it. */
  readonly mayExist: boolean
  readonly source: StreamSource | ((soFar: string) => StreamSource)
  /** Aborted when the app gives up, with `'cancelled'` or `'interrupted'` as its reason. */
  readonly givenUp: AbortSignal
}

type End = { readonly state: WriteEntry['end']; readonly error?: unknown; readonly isRefused?: boolean }

/**
 * Writes a message piece by piece, to its end. The text shows here at once, is sent in steps, and its last write goes
 * through the outbox: that one survives a reload, and a connection that is gone. Resolves with the message as it ended.
 */
export async function produce(production: Production): Promise<Message | undefined> {
  const { room, enqueue, clientId, opened, mayExist, source, givenUp } = production
  const { engine, id: roomId } = room
  const { store, clock } = engine
  let text = ''
  let shownLength = 0
  let row: Message | undefined
  let writer: StreamWriter | undefined
  let end: End | undefined
  let cancelStep: (() => void) | undefined
  let ring = (): void => {}
  const ended = new Promise<null>((resolve) => {
    ring = () => resolve(null)
  })

  const finish = (how: End): void => {
    end ??= how
    ring()
  }
  const show = (): void => {
    const id = row && { id: row.id }
    shownLength = text.length
    store.dispatch(roomId, { type: 'produced', clientId, produced: { text, ...id } })
  }
  /** The first at once, those of the next moment together. */
  const step = (): void => {
    writer?.touch()
    if (cancelStep) return
    show()
    cancelStep = clock.setTimer(STEP_MS, () => {
      cancelStep = undefined
      if (!end && text.length > shownLength) step()
    })
  }
  const onWriterEnd = (reason: StreamEnd): void => {
    if (reason instanceof ChatError) refused(reason)
    // Closed without the last words of this producer: they are not taken any more.
    else if (!reason.stream?.closing) text = reason.content
    // The first end counts.
    finish({ state: 'cancelled' })
  }
  const begin = (message: Message | undefined): void => {
    if (end || !message) return
    row = message
    writer = createStreamWriter(room, message, () => text, onWriterEnd)
    if (text.length > message.content.length) step()
  }
  const refused = (error: unknown): void => finish({ state: 'interrupted', error, isRefused: true })

  const giveUp = (): void =>
    finish(
      givenUp.reason === 'cancelled'
        ? { state: 'cancelled' }
        : {
            state: 'interrupted',
            error: new ChatError('ABORTED', 'It was interrupted, and may be continued'),
          },
    )
  if (givenUp.aborted) giveUp()
  else givenUp.addEventListener('abort', giveUp, { once: true })
  if (mayExist) {
    const known = await opened
      .then((message) => continued(room, message))
      .catch((error: unknown) => {
        // It is never read: what it holds, an answer of a model for one, is released.
        endUnused(source)
        throw error
      })
    if (!known || hasEnded(known)) {
      endUnused(source)
      if (known && !known.stream) throw new ChatError('CLIENT_ID_CONFLICT', 'It was sent as a whole')
      return known
    }
    text = known.content
    // Also where it was given up meanwhile: its last write is of this run.
    row = known
    begin(known)
    show()
  } else opened.then(begin, refused)

  // The source of a chat that has ended may be silent for ever.
  const look = (): void => {
    const over = engine.over()
    if (over) refused(over)
  }
  store.chatTopic.observers.add(look)
  look()
  const opening = opened.then(
    () => {},
    () => {},
  )
  let pull: ReturnType<typeof textOf> | undefined
  try {
    pull = textOf(source, text)
    while (!end) {
      const piece = await Promise.race([pull.next(), ended])
      if (end) break
      if (piece === null) finish({ state: 'finished' })
      else {
        text = within(text, piece, (error) => finish({ state: 'interrupted', error }))
        step()
      }
      if (!end && writer) await Promise.race([writer.ready(), ended])
      else if (!end && text.length > UNOPENED_MAX) await Promise.race([opening, ended])
    }
  } catch (error) {
    finish({ state: 'interrupted', error })
  }
  store.chatTopic.observers.delete(look)
  pull?.end()
  writer?.stop()
  cancelStep?.()
  show()
  try {
    return await close()
  } finally {
    store.dispatch(roomId, { type: 'produced', clientId, produced: null })
  }

  async function close(): Promise<Message | undefined> {
    const { state, error, isRefused } = end ?? { state: 'interrupted' as const }
    if (isRefused) {
      // Not opened: what there is of it stays with the failed message, unless that was deleted.
      if (!row && text !== '' && entryOf(room.slot.model.outbox, clientId))
        enqueue({ kind: 'edit', id: production.newId(), target: { clientId }, content: text })
      throw error
    }
    // Dropped, or confirmed just now: the one rejects, the other has the row.
    if (!row && !entryOf(room.slot.model.outbox, clientId)) row = await opened
    const target: Target = row ? { id: row.id } : { clientId }
    const write = (content: string, end: WriteEntry['end']): Promise<Message | undefined> => {
      const id = production.newId()
      const written = room.waiters.wait(roomId, id)
      enqueue({ kind: 'write-stream', id, target, run: row?.stream?.run ?? 0, content, end })
      return written
    }
    const last = await write(text, state).catch((refusal: unknown) => {
      if (!(refusal instanceof ChatError && refusal.code === 'STREAM_ENDED')) throw refusal
      // Cancelled meanwhile: what is there already is answered with the row, and the refusal is not shown any more.
      const { timeline } = room.slot.model.rows
      return write(at(timeline, seqOf(timeline, row?.id ?? '') ?? 0)?.content ?? '', 'cancelled')
    })
    if (error !== undefined) throw error
    return last
  }
}

/** Or does not grow at all. */
const hasEnded = ({ stream }: Message): boolean =>
  !stream || stream.state === 'finished' || stream.state === 'cancelled'

/** The message of an earlier run: from now on this one writes it. What has ended stays as it is. */
async function continued(room: HandleRoom, row: Message | undefined): Promise<Message | undefined> {
  const { engine, id } = room
  if (!row || hasEnded(row)) return row
  for (;;) {
    const result = await engine.ask('resume-stream', { roomId: asRoomId(id), messageId: row.id })
    if (result.ok) return result.ack.message
    const over = engine.over()
    if (over) throw over
    if (result.error?.retry === 'never') throw result.error
    await rested(engine, Math.max(result.error?.retryAfterMs ?? 0, RETRY_MS))
  }
}

/** Also over when the chat is. */
const rested = ({ store, clock, over }: HandleRoom['engine'], ms: number): Promise<void> =>
  new Promise((resolve) => {
    const { observers } = store.chatTopic
    const end = (): void => {
      cancel()
      observers.delete(look)
      resolve()
    }
    const look = (): void => void (over() && end())
    const cancel = clock.setTimer(ms, end)
    observers.add(look)
  })

/** As much of it as a message may have. */
function within(text: string, piece: string, fail: (error: ChatError) => void): string {
  const whole = text + piece
  if (!isStorableText(piece)) {
    fail(new ChatError('INVALID_CONTENT', 'The source has a NUL, or half a character', { field: 'content' }))
    return text
  }
  const limit = LIMITS.contentCodePoints
  if (whole.length <= limit || codePointLength(whole) <= limit) return whole
  fail(new ChatError('CONTENT_TOO_LONG', 'The message is as long as it may be', { field: 'content', limit }))
  return [...whole].slice(0, limit).join('')
}

/** Nothing reads it: what it holds is released. */
function endUnused(source: Production['source']): void {
  if (typeof source !== 'function') textOf(source, '').end()
}
