import type { ClientEvent, OkAck, PayloadInput, RoomListItem } from '@roomful/protocol'
import type { Chat } from '../chat'
import type { EngineContext } from '../engine/engine-context'
import { ChatError } from '../model/chat-error'
import { pushedAsOf } from '../model/chat-model'
import { roomGoneError } from '../model/room/room-gone'
import type { WaitOptions } from '../options'
import type { Room } from '../room'
import { readPayload } from './app-values'
import { limitedRun, refusalOf, waitFor } from './limits'

type ChatRooms = Pick<
  Chat,
  | 'request'
  | 'createRoom'
  | 'openDm'
  | 'listRooms'
  | 'joinRoom'
  | 'leaveRoom'
  | 'hideDm'
  | 'acceptInvitation'
  | 'declineInvitation'
  | 'listSentInvitations'
  | 'withdrawInvitation'
  | 'blockUser'
  | 'unblockUser'
  | 'listBlocked'
>

const offlineError = (cause?: ChatError): ChatError =>
  new ChatError('OFFLINE', 'There is no connection', { cause })

const noAnswerError = (): ChatError =>
  new ChatError('TIMEOUT', 'No answer came in time; the outcome is unknown')

/** What is asked of the server outside of any room's own state. */
export function createChatRooms(
  engine: EngineContext,
  start: () => unknown,
  room: (id: string) => Room,
): ChatRooms {
  const { store, clock, requestTimeoutMs } = engine

  /** Undefined while a dial is under way: waiting for the next one would take as long as the network is gone. */
  const reached = (): true | ChatError | undefined => {
    const { state } = store.chat().connection
    if (state.status === 'waiting') return offlineError(state.error)
    return state.status === 'online' ? true : undefined
  }

  const request = async <E extends ClientEvent>(
    event: E,
    given: PayloadInput<E>,
    options: WaitOptions = {},
  ): Promise<OkAck<E>> => {
    const payload = readPayload<E>(given)
    const refusal = refusalOf(engine, options)
    if (refusal) throw refusal
    start()
    const timeoutMs = options?.timeoutMs ?? requestTimeoutMs
    // Until then nothing has been sent.
    const limits = { ...options, timeoutMs, ...(options?.timeoutMs == null ? { late: offlineError } : {}) }
    const asked = async () => {
      await waitFor(engine, limits, reached)
      return engine.ask(event, payload, Math.max(timeoutMs, requestTimeoutMs))
    }
    const result = await limitedRun(clock, options, asked)
    if (result.ok) return result.ack
    throw result.error ?? engine.over() ?? (result.isUnsent ? offlineError() : noAnswerError())
  }

  const list = (item: RoomListItem): void =>
    store.dispatch(item.room.id, { type: 'listed', item, asOf: pushedAsOf(store.chat()), now: clock.now() })

  /** The list knows what I may see of it: my role, what is unread. */
  const askForList = (): void => store.dispatchChat({ type: 'list-wanted' })

  /** One that is on a screen as removed begins anew: the user is in it now. */
  const entered = (id: string): Room => {
    const { view, listing } = store.room(id).model
    if (view.opened && listing.removed !== null)
      store.dispatch(id, { type: 'opened', now: clock.now(), usedAt: view.usedAt })
    askForList()
    return room(id)
  }

  return {
    request,
    createRoom: async (input, options) => {
      const { room: row } = await request('create-room', input, options)
      // The server may have listed it already, and knows more of it: its first messages.
      if (!store.room(row.id).model.listing.listed)
        list({ room: row, role: 'owner', lastReadSeq: 0, fromSeq: 1, unread: 0, preview: null })
      return room(row.id)
    },
    openDm: async (userIds, options) => {
      const { room: row } = await request('open-dm', { userIds }, options)
      return entered(row.id)
    },
    listRooms: async (query = {}, options) => {
      const { rooms, next } = await request('list-rooms', query, options)
      return next === undefined ? { rooms } : { rooms, next }
    },
    hideDm: async (roomId, options) => {
      await request('hide-dm', { roomId, hidden: true }, options)
    },
    acceptInvitation: async (roomId, options) => {
      await request('accept-invitation', { roomId }, options)
      return entered(roomId)
    },
    declineInvitation: async (roomId, options) => {
      await request('decline-invitation', { roomId }, options)
    },
    listSentInvitations: async (options) => (await request('list-sent-invitations', {}, options)).invitations,
    withdrawInvitation: async (roomId, userId, options) => {
      await request('withdraw-invitation', { roomId, userId }, options)
    },
    blockUser: async (userId, options) => {
      await request('block-user', { userId }, options)
    },
    unblockUser: async (userId, options) => {
      await request('unblock-user', { userId }, options)
    },
    listBlocked: async (query = {}, options) => {
      const { blocked, next } = await request('list-blocked', query, options)
      return next === undefined ? { blocked } : { blocked, next }
    },
    joinRoom: async (id, options) => {
      await request('add-member', { roomId: id }, options)
      return entered(id)
    },
    leaveRoom: async (id, options) => {
      await request('remove-member', { roomId: id }, options)
      store.dispatch(id, {
        type: 'removed',
        asOf: pushedAsOf(store.chat()),
        error: roomGoneError('left'),
      })
    },
  }
}
