import type { ClientEvent, OkAck, PayloadInput, RoomListItem } from '@roomful/protocol'
import type { Chat } from '../chat'
import { toldAsOf } from '../core/chat-core'
import { ChatError } from '../core/chat-error'
import type { Room } from '../room'
import type { Session } from './session'

type ChatRooms = Pick<Chat, 'request' | 'createRoom' | 'openDm' | 'listRooms' | 'joinRoom' | 'leaveRoom'>

/** What is asked of the server outside of any room's own state. */
export function createChatRooms(
  session: Session,
  connect: () => Promise<void>,
  room: (id: string) => Room,
): ChatRooms {
  const { cells, clock } = session

  const request = async <E extends ClientEvent>(event: E, payload: PayloadInput<E>): Promise<OkAck<E>> => {
    // Waiting for the next try would leave the caller hanging for as long as the network is gone.
    const { state } = cells.chat().connection
    if (state.status === 'waiting')
      throw new ChatError('OFFLINE', 'There is no connection', { cause: state.error })
    await connect()
    const result = await session.ask(event, payload)
    if (result.ok) return result.ack
    throw result.error ?? new ChatError('TIMEOUT', 'No answer came in time; the outcome is unknown')
  }

  const list = (item: RoomListItem): void =>
    cells.dispatch(item.room.id, { type: 'listed', item, asOf: toldAsOf(cells.chat()), now: clock.now() })

  /** The list knows what I may see of it: my role, what is unread. */
  const askForList = (): void => cells.dispatchChat({ type: 'list-wanted', wanted: true })

  return {
    request,
    createRoom: async (input) => {
      const { room: row } = await request('create-room', input)
      list({ room: row, role: 'owner', lastReadSeq: 0, fromSeq: 1, unread: 0, preview: null })
      return room(row.id)
    },
    openDm: async (userIds) => {
      const { room: row } = await request('open-dm', { userIds })
      askForList()
      return room(row.id)
    },
    listRooms: async (query = {}) => {
      const { rooms, next } = await request('list-rooms', query)
      return next === undefined ? { rooms } : { rooms, next }
    },
    joinRoom: async (id) => {
      await request('add-member', { roomId: id })
      askForList()
      return room(id)
    },
    leaveRoom: async (id) => {
      await request('remove-member', { roomId: id })
      cells.dispatch(id, {
        type: 'removed',
        asOf: toldAsOf(cells.chat()),
        error: new ChatError('ROOM_NOT_FOUND', 'You have left this room'),
      })
    },
  }
}
