import type { Ack, ClientEvent, Delta, ErrorAck, Message, OkAck, Payload } from '@roomful/protocol'
import { asRoomId, retryOf } from '@roomful/protocol/plain'
import type { RequestFailure } from '../port'
import type { SocketConnection } from '../socket-connection'
import { deltaOf, type FetchPage, pageOf, readPage } from './protocol-1-history'
import { isRecord, readProtocol1Row } from './protocol-1-rows'
import type { Protocol1State } from './protocol-1-state'

/** An answer, or the reason why there is none. */
type Answer<E extends ClientEvent> = Ack<E> | RequestFailure
type Requests = { [E in ClientEvent]?: (payload: Payload<E>) => Promise<Answer<E>> }

/** One connection's requests: each becomes what the reference's events can do. `joined` ends when the server has named the rooms. */
export function protocol1Requests(
  state: Protocol1State,
  connection: SocketConnection,
  joined: Promise<void>,
  timeoutMs: number,
): Requests {
  /** The answer as it came; refused if it has `error`, which is all that a refusal is in protocol 1. */
  const ask = async (
    event: string,
    payload: unknown,
  ): Promise<Record<string, unknown> | ErrorAck | RequestFailure> => {
    const result = await connection.request(event, payload, timeoutMs)
    if (result.kind !== 'ack') return result.kind
    if (!isRecord(result.answer)) return refusal('The answer could not be read')
    const { error } = result.answer
    return error === undefined ? result.answer : refusal(String(error))
  }

  const pagesOf =
    (roomId: string): FetchPage =>
    async (beforeSeq, limit) => {
      const answer = await ask('fetch-history', {
        roomId,
        limit,
        ...(beforeSeq === undefined ? {} : { beforeSeq }),
      })
      const page = readPage(answer, roomId)
      return page?.map((row) => (state.room(roomId).rows.has(row.seq) ? row : state.recognise(row))) ?? null
    }

  const send = async ({ roomId, ...draft }: Payload<'send-message'>): Promise<Answer<'send-message'>> => {
    const { clientId } = draft
    if (clientId !== undefined) state.sending(clientId, roomId, draft.content)
    const answer = await ask('send-message', { roomId, ...draft })
    if (typeof answer === 'string') return answer
    if (isRefusal(answer)) {
      if (clientId !== undefined) state.refused(clientId)
      return answer
    }
    const row = readProtocol1Row(answer.message, roomId)
    // Stored, but its row is not in the answer: the sync that follows a missing answer finds it.
    if (row === null) return 'timeout'
    state.iAm({ id: row.senderId, name: row.senderName })
    state.added({ ...row, ...(clientId === undefined ? {} : { clientId }) })
    const held = state.room(roomId).rows.get(row.seq)
    return held
      ? { ok: true, message: { ...held, ...(clientId === undefined ? {} : { clientId }) } }
      : 'timeout'
  }

  /** Edits and deletes are acked without the row: it is taken from what is known of it. */
  const change = async (
    event: 'edit-message' | 'delete-message',
    messageId: string,
    payload: Record<string, unknown>,
    apply: () => void,
  ): Promise<OkAck<'edit-message'> | ErrorAck | RequestFailure> => {
    const answer = await ask(event, { messageId, ...payload })
    if (typeof answer === 'string' || isRefusal(answer)) return answer
    apply()
    const message = rowOf(state, messageId)
    return message ? { ok: true, message } : refusal('The message is not loaded')
  }

  return {
    'join-rooms': async ({ roomIds = [] }) => {
      await joined
      // The server chooses its rooms: requested ones count as joined until the sync shows otherwise.
      const heads = roomIds.map((id) => [id, { rev: 0, lastSeq: 0 }])
      return { ok: true, heads: Object.fromEntries(heads) }
    },
    'leave-rooms': async () => ({ ok: true }),
    'fetch-history': async ({ roomId, aroundId, aroundTime, ...query }) => {
      // The plain protocol has pages by seq only.
      if (aroundId !== undefined || aroundTime !== undefined)
        return refusal('This server finds messages by their place only')
      const page = await pageOf(state.room(roomId), pagesOf(roomId), query)
      return page ? { ok: true, ...page } : 'timeout'
    },
    sync: async ({ rooms, list }) => {
      await joined
      const known = state.listed
      const ids = Object.keys(rooms).map(asRoomId)
      const removed = known === null ? [] : ids.filter((id) => !known.includes(id))
      const deltas: Record<string, Delta> = {}
      for (const id of ids) {
        const cursor = rooms[id]
        if (cursor === undefined || removed.includes(id)) continue
        const delta = await deltaOf(state.room(id), pagesOf(id), cursor)
        if (delta) deltas[id] = delta
      }
      return { ok: true, epoch: state.epoch, rooms: deltas, removed, ...(list ? { list: state.list() } : {}) }
    },
    'send-message': send,
    'send-messages': async ({ roomId, messages }) => {
      const results: (OkAck<'send-message'> | ErrorAck)[] = []
      for (const draft of messages) {
        const answer = await send({ roomId, ...draft })
        if (typeof answer === 'string') return answer
        results.push(answer)
      }
      return { ok: true, results }
    },
    'edit-message': ({ messageId, content }) =>
      change('edit-message', messageId, { content }, () => state.edited(messageId, content)),
    'delete-message': ({ messageId }) =>
      change('delete-message', messageId, {}, () => state.removed(messageId)),
    'mark-read': async ({ roomId, seq }) => {
      const room = state.room(roomId)
      connection.socket.emit('mark-read', { roomId, seq })
      room.lastReadSeq = Math.max(room.lastReadSeq ?? 0, seq)
      room.unread = Math.max(0, room.lastSeq - room.lastReadSeq)
      return { ok: true, seq: room.lastReadSeq, unread: room.unread }
    },
  }
}

function rowOf(state: Protocol1State, messageId: string): Message | undefined {
  for (const room of state.rooms.values()) {
    const row = room.byId(messageId)
    if (row) return row
  }
  return undefined
}

/** A refusal of protocol 1 has a text and no code: nothing shows that the same request could ever succeed. */
export const refusal = (error: string, code: 'INTERNAL' | 'UNKNOWN_EVENT' = 'INTERNAL'): ErrorAck => ({
  ok: false,
  error,
  code,
  retry: code === 'INTERNAL' ? 'never' : retryOf(code),
})

const isRefusal = (answer: Record<string, unknown> | ErrorAck): answer is ErrorAck => answer.ok === false
