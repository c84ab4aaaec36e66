import type { ClientEvent, Metadata, OkAck, PayloadInput, Room as RoomRow, RoomType } from '@roomful/protocol'
import type { ChatState } from './core/chat-shape'
import type { Room } from './room'

export type { ChatState, ConnectionState, RoomSummary, StorageState } from './core/chat-shape'

/** The client of one user on one server. */
export interface Chat extends AsyncDisposable {
  getState(): ChatState
  subscribe(listener: () => void): () => void
  select<T>(selector: (state: ChatState) => T, listener: (value: T) => void): () => void
  /** Connects, if it has not yet; opening a room or sending does so too. Resolves when online; rejects when stopped. */
  connect(): Promise<void>
  /** Ends the connection for good; what is unsent stays in the outbox where storage works. */
  close(): Promise<void>
  /**
   * Ends the connection for good and deletes all that this device keeps of the user: rooms, messages, drafts, and what is
   * unsent (`getState().unsent` says how much that is). Other tabs of the user are signed out too. The token stays valid
   * at the server; ending the session there is the app's. Rejects with INTERNAL when the local copy could not be deleted:
   * then it may be called again, and nothing of it is on screen all the same.
   */
  signOut(): Promise<void>
  room(id: string): Room
  createRoom(input: {
    name: string
    type: Exclude<RoomType, 'dm'>
    members?: string[]
    metadata?: Metadata
  }): Promise<Room>
  openDm(userIds: string[]): Promise<Room>
  /** Public rooms by name, a page at a time. */
  listRooms(query?: {
    query?: string
    after?: string
    limit?: number
  }): Promise<{ rooms: RoomRow[]; next?: string }>
  joinRoom(id: string): Promise<Room>
  leaveRoom(id: string): Promise<void>
  /** Any event of the wire, decoded; for what has no method of its own (moderation, members). Rejects with ChatError. */
  request<E extends ClientEvent>(event: E, payload: PayloadInput<E>): Promise<OkAck<E>>
}
