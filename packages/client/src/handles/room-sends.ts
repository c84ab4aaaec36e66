import type { ClientId, Message } from '@roomful/protocol'
import { asClientId, asMessageId } from '@roomful/protocol/plain'
import type { EngineContext } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import type { Command, Target, Wanted } from '../model/outbox/entry'
import { entryOf, outcomeOf } from '../model/outbox/outbox'
import { neverThere } from '../model/room/room-gone'
import type { RoomModel } from '../model/room/room-model'
import { ownRow } from '../model/rows/own-rows'
import { at, seqOf } from '../model/rows/timeline'
import { shownRow } from '../model/view/overlay'
import type { WaitOptions } from '../options'
import type { Room, Sent, ShownMessage } from '../room'
import { contentRefusal, type Draft, readDraft, textRefusal } from './app-values'
import { createFileLoading, type DraftFile, noFilesError, readFile } from './files'
import type { HandleRoom } from './handle-context'
import { ignoreRejection, limitedRun, readLimits } from './limits'

/** `file`: what a send shows, to be uploaded first. */
export type Enqueue = (command: Command, problem?: ChatError, file?: Blob) => void

type Sends = Pick<
  Room,
  | 'send'
  | 'sendFile'
  | 'loadFile'
  | 'retry'
  | 'cancel'
  | 'edit'
  | 'delete'
  | 'react'
  | 'pin'
  | 'unpin'
  | 'markRead'
>

/** What the user does to messages: all of it goes through the outbox, and shows before the call returns. */
export function createRoomSends(room: HandleRoom, stopTyping: () => void): Sends {
  const { engine, waiters, id: roomId, slot } = room
  const { store, clock, ids } = engine

  const nowhere = neverThere(roomId)
  const newId = () => asClientId(ids.clientId())
  const enqueue = createEnqueue(room)

  const change = (command: Command, options: WaitOptions = {}, problem?: ChatError): Promise<void> =>
    ignoreRejection(
      limitedRun(clock, options, async () => {
        const refusal = nowhere ?? problem
        if (refusal) throw refusal
        const done = waiters.wait(roomId, command.id)
        enqueue(command)
        await done
      }),
    )

  const pin = (id: string, op: 'add' | 'remove', options?: WaitOptions): Promise<void> =>
    change(
      { kind: 'pin', id: newId(), target: targetOf(slot.model, id), op, at: isoNow(engine) },
      options,
      textRefusal({ messageId: id }),
    )

  const cancel = (clientId: string): boolean => {
    store.dispatch(roomId, { type: 'cancelled', id: clientId })
    return (
      entryOf(slot.model.outbox, clientId) === undefined &&
      outcomeOf(slot.model.outbox, clientId)?.error?.code === 'ABORTED'
    )
  }

  /** `file`: what it shows, to be uploaded first. */
  const submit = (given: Draft, options: WaitOptions, file?: DraftFile): Sent => {
    const { problem } = given
    const id = newId()
    const command = newSend(room, id, given, file)
    const limits = readLimits(options)
    const odd = limits instanceof ChatError ? limits : undefined
    const shown = limitedRun(clock, odd ? {} : { ...limits, onAbort: () => void cancel(id) }, async () => {
      const done = waiters.wait(roomId, id)
      enqueue(command, nowhere ?? problem ?? odd ?? contentRefusal(command), file?.blob)
      stopTyping()
      return shownAs(room, id, await done)
    })
    return Object.assign(ignoreRejection(shown), { clientId: id })
  }

  return {
    send: (draft, options = {}) => submit(readDraft(draft), options),

    sendFile: (file, options = {}) => {
      const given = readFile(file, options)
      const problem = room.takesFiles ? given.problem : noFilesError()
      return submit({ ...given.draft, ...(problem && { problem }) }, options, given.file)
    },

    loadFile: createFileLoading(room),

    retry: (clientId) => {
      if (!nowhere) store.dispatch(roomId, { type: 'retried', id: clientId, wanted: wantedNow(engine) })
    },

    cancel,

    edit: (id, content, options) =>
      change(
        { kind: 'edit', id: newId(), target: targetOf(slot.model, id), content },
        options,
        textRefusal({ messageId: id, content }) ?? editRefusal(slot.model, id, content),
      ),

    delete: (id, options) =>
      change(
        { kind: 'delete', id: newId(), target: targetOf(slot.model, id) },
        options,
        textRefusal({ messageId: id }),
      ),

    react: (id, emoji, op, options) =>
      change(
        { kind: 'react', id: newId(), target: targetOf(slot.model, id), emoji, op },
        options,
        textRefusal({ messageId: id, emoji, op }),
      ),

    pin: (id, options) => pin(id, 'add', options),
    unpin: (id, options) => pin(id, 'remove', options),

    markRead: (seq) => {
      const { tail, lastSeq } = slot.model.rows
      const most = Math.max(lastSeq, tail ?? 0)
      const wanted: unknown = seq ?? tail ?? lastSeq
      const to = typeof wanted === 'number' ? Math.min(Math.trunc(wanted), most) : 0
      // The newest is read, so it is on screen: the window follows, unless the user has requested another place.
      if (to === tail && slot.model.view.wantedPage === null && !room.state().hasNewer)
        store.dispatch(roomId, { type: 'viewed', anchor: null })
      const dueAt = clock.now() + room.readDebounceMs
      if (to > room.state().lastReadSeq) enqueue({ kind: 'read', id: newId(), seq: to, dueAt })
    },
  }
}

/** Puts what the user does into the outbox. */
export function createEnqueue(room: HandleRoom): Enqueue {
  const { engine, uploads } = room
  const { store } = engine
  return (command, problem, file) => {
    // One batch: what a listener sends when it is called for the start comes after this.
    store.batch(() => {
      // Nothing would send it, nor keep it.
      if (!room.start()) return
      const order = room.nextOrder()
      // Also of one that is refused: it may be sent again with another caption.
      if (file && !('incomplete' in command)) uploads.add(room.id, command.id, file)
      store.dispatch(room.id, { type: 'enqueued', command, order, ...(problem ? { problem } : {}) })
    })
  }
}

/** A message that is confirmed: as it is on the list, or by its row where it is not. */
export function shownAs({ state, slot }: HandleRoom, key: string, row: Message | undefined): ShownMessage {
  const listed = state().messages.findLast((message) => message.key === key)
  if (listed && listed.seq > 0) return listed
  if (row === undefined) throw new ChatError('INTERNAL', 'The send was settled without a row')
  return shownRow(row, key, [], slot.model)
}

/** A draft as it goes into the outbox. */
export function newSend(
  { engine, slot }: HandleRoom,
  id: ClientId,
  { content, type, replyTo, metadata, problem }: Draft,
  file?: DraftFile,
): Extract<Command, { kind: 'send' }> {
  return {
    kind: 'send',
    id,
    content,
    replyTo: replyTo === undefined ? null : targetOf(slot.model, replyTo),
    createdAt: isoNow(engine),
    ...wantedNow(engine),
    ...(type === undefined ? {} : { type }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(file && { metadata: { ...file.metadata, fileId: id }, upload: file.upload }),
    ...(problem && { incomplete: true }),
  }
}

const wantedNow = ({ clock, serverTime }: EngineContext): Wanted => ({
  wantedAt: clock.now(),
  serverAt: serverTime.now(),
})

const isoNow = ({ clock, serverTime }: EngineContext): string =>
  new Date(serverTime.now() ?? clock.wall()).toISOString()

/** Of a message that is not held, only the server knows whether an empty content is the caption of a file. */
function editRefusal(model: RoomModel, id: string, content: string): ChatError | undefined {
  const entry = entryOf(model.outbox, id)
  const seq = seqOf(model.rows.timeline, id)
  const row = seq === undefined ? ownRow(model, id) : at(model.rows.timeline, seq)
  const message = entry?.kind === 'send' ? entry : row
  // Of a message that is confirmed here, the server would refuse it for the same reason.
  if (row?.stream?.state === 'streaming' || (entry?.kind === 'send' && entry.stream))
    return new ChatError('STREAM_OPEN', 'The message is still growing')
  if (content !== '') return contentRefusal({ content })
  return message && contentRefusal({ type: message.type, metadata: message.metadata, content })
}

/** A message by its id, its UI key or its clientId. */
function targetOf(model: RoomModel, id: string): Target {
  if (entryOf(model.outbox, id)?.kind === 'send') return { clientId: asClientId(id) }
  const isHeld = seqOf(model.rows.timeline, id) !== undefined
  return { id: (isHeld ? undefined : ownRow(model, id)?.id) ?? asMessageId(id) }
}
