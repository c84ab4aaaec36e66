import type { ClientId, Message } from '@roomful/protocol'
import { asClientId, asMessageId, asRoomId } from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'
import { entryOf } from '../model/outbox/outbox'
import { neverThere } from '../model/room/room-gone'
import { ownRow } from '../model/rows/own-rows'
import { seqOf } from '../model/rows/timeline'
import type { Room, SentStream, ShownMessage } from '../room'
import { readDraft, textRefusal } from './app-values'
import type { HandleRoom } from './handle-context'
import { ignoreRejection, limitedRun } from './limits'
import { createEnqueue, newSend, shownAs } from './room-sends'

type Streams = Pick<Room, 'sendStream' | 'cancelStream'>

const CLIENT_ID = /^[\w-]{8,64}$/

/** Once: the next stream begins without a wait. */
let loading: Promise<typeof import('./stream-producer').produce> | undefined
const load = () => {
  loading ??= import('./stream-producer').then(({ produce }) => produce)
  return loading.catch((error) => {
    loading = undefined
    throw error
  })
}

/** Messages that grow. What writes them is loaded with the first of them: most apps only read. */
export function createRoomStreams(room: HandleRoom): Streams {
  const { engine, waiters, id: roomId, slot } = room
  const { store, clock, ids } = engine
  const enqueue = createEnqueue(room)
  const newId = () => asClientId(ids.clientId())

  return {
    sendStream: (source, options = {}): SentStream => {
      const { signal, clientId: named } = options
      const isNamed = typeof named === 'string' && CLIENT_ID.test(named)
      const clientId = isNamed ? asClientId(named) : newId()
      const odd =
        named === undefined || isNamed
          ? undefined
          : new ChatError('INVALID_PAYLOAD', 'clientId cannot be used', { field: 'clientId' })
      const draft = readDraft({ ...options, content: '' })
      const giveUp = new AbortController()
      const cancel = (): void => {
        // What has not left the device is dropped.
        store.dispatch(roomId, { type: 'cancelled', id: clientId })
        giveUp.abort('cancelled')
      }
      const interrupt = (): void => giveUp.abort('interrupted')
      const begin = async (): Promise<ShownMessage> => {
        const opened = ignoreRejection(open(clientId, draft, odd))
        if (signal?.aborted) cancel()
        else signal?.addEventListener('abort', cancel, { once: true })
        const produce = await load().catch((cause: unknown) => {
          const target = { clientId } as const
          enqueue({ kind: 'write-stream', id: newId(), target, run: 0, content: '', end: 'interrupted' })
          throw new ChatError('OFFLINE', 'The code could not be loaded', { cause })
        })
        const producer = { room, enqueue, newId, clientId, opened, mayExist: isNamed, source }
        return shownAs(room, clientId, await produce({ ...producer, givenUp: giveUp.signal }))
      }
      const done = begin().finally(() => signal?.removeEventListener('abort', cancel))
      return { clientId, done: ignoreRejection(done), cancel, interrupt }
    },

    cancelStream: (id, options = {}) =>
      ignoreRejection(
        limitedRun(clock, options, async () => {
          const refusal = neverThere(roomId) ?? textRefusal({ messageId: id })
          if (refusal) throw refusal
          const isHeld = seqOf(slot.model.rows.timeline, id) !== undefined
          const messageId = (isHeld ? undefined : ownRow(slot.model, id)?.id) ?? asMessageId(id)
          const result = await engine.ask('cancel-stream', { roomId: asRoomId(roomId), messageId })
          if (!result.ok) throw result.error ?? new ChatError('OFFLINE', 'There was no answer')
          const { message } = result.ack
          const change = { rev: message.rev, kind: 'message', message } as const
          store.dispatch(roomId, { type: 'changes', changes: [change], now: clock.now() })
        }),
      ),
  }

  /** The message, new or of an earlier run of the app; it is not sent anew while it is held, or on its way. */
  function open(
    clientId: ClientId,
    draft: ReturnType<typeof readDraft>,
    odd?: ChatError,
  ): Promise<Message | undefined> {
    const held = ownRow(slot.model, clientId)
    if (held) return Promise.resolve(held)
    const entry = entryOf(slot.model.outbox, clientId)
    if (entry?.state.at === 'failed') return Promise.reject(entry.state.error)
    const opened = waiters.wait(roomId, clientId)
    const problem = neverThere(roomId) ?? draft.problem ?? odd
    if (!entry) enqueue({ ...newSend(room, clientId, draft), stream: true }, problem)
    return opened
  }
}
