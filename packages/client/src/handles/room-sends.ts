import type { Message } from '@roomful/protocol'
import { asClientId, asMessageId } from '@roomful/protocol/plain'
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
import { contentRefusal, readDraft, textRefusal } from './app-values'
import type { HandleRoom } from './handle-context'
import { ignoreRejection, limitedRun, readLimits } from './limits'

type Sends = Pick<
  Room,
  'send' | 'retry' | 'cancel' | 'edit' | 'delete' | 'react' | 'pin' | 'unpin' | 'markRead'
>

/** What the user does to messages: all of it goes through the outbox, and shows before the call returns. */
export function createRoomSends(room: HandleRoom, stopTyping: () => void): Sends {
  const { engine, waiters, id: roomId, slot } = room
  const { store, clock, ids, serverTime } = engine

  const wanted = (): Wanted => ({ wantedAt: clock.now(), serverAt: serverTime.now() })
  const nowhere = neverThere(roomId)
  const newId = () => asClientId(ids.clientId())

  const enqueue = (command: Command, problem?: ChatError): void => {
    // One batch: what a listener sends when it is called for the start comes after this.
    store.batch(() => {
      // Nothing would send it, nor keep it.
      if (!room.start()) return
      const order = room.nextOrder()
      store.dispatch(roomId, { type: 'enqueued', command, order, ...(problem ? { problem } : {}) })
    })
  }

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

  const now = (): string => new Date(serverTime.now() ?? clock.wall()).toISOString()

  const pin = (id: string, op: 'add' | 'remove', options?: WaitOptions): Promise<void> =>
    change(
      { kind: 'pin', id: newId(), target: targetOf(slot.model, id), op, at: now() },
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

  return {
    send: (draft, options = {}): Sent => {
      const { content, type, replyTo, metadata, problem } = readDraft(draft)
      const id = newId()
      const command: Command = {
        kind: 'send',
        id,
        content,
        replyTo: replyTo === undefined ? null : targetOf(slot.model, replyTo),
        createdAt: now(),
        ...wanted(),
        ...(type === undefined ? {} : { type }),
        ...(metadata === undefined ? {} : { metadata }),
        ...(problem && { incomplete: true }),
      }
      const shownAs = (row: Message | undefined): ShownMessage => {
        const listed = room.state().messages.findLast((message) => message.key === id)
        if (listed && listed.seq > 0) return listed
        if (row === undefined) throw new ChatError('INTERNAL', 'The send was settled without a row')
        return shownRow(row, id, [], slot.model)
      }
      const limits = readLimits(options)
      const odd = limits instanceof ChatError ? limits : undefined
      const shown = limitedRun(clock, odd ? {} : { ...limits, onAbort: () => void cancel(id) }, async () => {
        const done = waiters.wait(roomId, id)
        enqueue(command, nowhere ?? problem ?? odd ?? contentRefusal(command))
        stopTyping()
        return shownAs(await done)
      })
      return Object.assign(ignoreRejection(shown), { clientId: id })
    },

    retry: (clientId) => {
      if (!nowhere) store.dispatch(roomId, { type: 'retried', id: clientId, wanted: wanted() })
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

/** Of a message that is not held, only the server knows whether an empty content is the caption of a file. */
function editRefusal(model: RoomModel, id: string, content: string): ChatError | undefined {
  if (content !== '') return contentRefusal({ content })
  const entry = entryOf(model.outbox, id)
  const seq = seqOf(model.rows.timeline, id)
  const row = seq === undefined ? ownRow(model, id) : at(model.rows.timeline, seq)
  const message = entry?.kind === 'send' ? entry : row
  return message && contentRefusal({ type: message.type, metadata: message.metadata, content })
}

/** A message by its id, its UI key or its clientId. */
function targetOf(model: RoomModel, id: string): Target {
  if (entryOf(model.outbox, id)?.kind === 'send') return { clientId: asClientId(id) }
  const isHeld = seqOf(model.rows.timeline, id) !== undefined
  return { id: (isHeld ? undefined : ownRow(model, id)?.id) ?? asMessageId(id) }
}
