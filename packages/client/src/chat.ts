import type { AsyncClosable, ClientEvent, OkAck, PayloadInput, RoomType } from '@roomful/protocol'
import type { ChatState } from './model/chat-shape'
import type { RoomRow, WithRoomMetadata } from './model/register'
import type { WaitOptions } from './options'
import type { PresenceWatch } from './presence'
import type { Room } from './room'

export type { ChatState, ConnectionState, RoomSummary, StorageState } from './model/chat-shape'

/** The client of one user on one server. */
export interface Chat extends AsyncClosable {
  /** The same object until something of it changed. */
  getState(): ChatState
  /**
   * Calls `listener` once a batch of changes, never for a no-op. Returns the function that stops it: from then on it is not
   * called, in the middle of a notification either. It is called when the change is complete, in the same tick, and never
   * while another listener runs: what a listener changes is the next notification. What it throws goes to
   * `ChatOptions.onError`.
   *
   * @example
   * const stop = chat.subscribe(() => show(chat.getState().unreadTotal))
   */
  subscribe(listener: () => void): () => void
  /**
   * As `subscribe`; calls `listener` when `selector`'s value changes (Object.is). The selector runs at once, where what it
   * throws is thrown, and after each change, where that goes to `ChatOptions.onError` and the value counts as unchanged.
   *
   * @example
   * const stop = chat.select((state) => state.connection.status, (status) => show(status))
   */
  select<T>(selector: (state: ChatState) => T, listener: (value: T) => void): () => void
  /**
   * Connects, if it has not yet; opening a room or sending does so too. Resolves when online, which offline takes until the
   * network is back. Rejects with the code that stopped the chat, ABORTED once it is closed, and as `options` say.
   */
  connect(options?: WaitOptions): Promise<void>
  /**
   * Resolves when nothing of the outbox waits any more: messages, edits, deletes, reactions and read cursors, those that
   * an earlier run left on the disk too; at once when there are none. What is `failed` does not wait: it is for `retry` and
   * `cancel`. Offline it takes until the network is back, so give it a limit. Rejects with ABORTED, TIMEOUT, or the code
   * that stopped the chat; what was not sent by then stays in the outbox.
   *
   * @example
   * for (const line of lines) room.send(line)
   * await chat.flush({ timeoutMs: 30_000 })
   * await chat.close()
   */
  flush(options?: WaitOptions): Promise<void>
  /**
   * Ends the connection for good, and resolves when the disk has what it is to keep and nothing runs any more. With
   * `flush` it waits first until all is sent, at most `timeoutMs` (10,000). `unsent`: messages and changes that are not
   * confirmed; they go out the next time where storage is `ok`, else nothing keeps them, and a warning on the console says
   * how many.
   * A second call does not wait for the first one's flush.
   *
   * @example
   * const { unsent } = await chat.close({ flush: true, timeoutMs: 5_000 })
   */
  close(options?: { flush?: boolean; timeoutMs?: number }): Promise<{ unsent: number }>
  /**
   * Ends the connection for good and deletes all that this device keeps of the user: rooms, messages, drafts, and what is
   * unsent (`getState().unsent` says how much that is). Other tabs of the user are signed out too. The token stays valid
   * at the server; ending the session there is the app's. Rejects with INTERNAL when the local copy could not be deleted:
   * then it may be called again, and nothing of it is on screen all the same.
   */
  signOut(): Promise<void>
  /** The same object each time for one id, whether there is such a room or not: `open` finds out. */
  room(id: string): Room
  /**
   * Makes a room that this user owns. Rejects with the refusal, as all below do; with OFFLINE when it could not be asked,
   * at once where the connection is known to be gone, after `requestTimeoutMs` while no server answers; with TIMEOUT when
   * no answer came in that time, or in `timeoutMs`; with ABORTED, or the code that stopped the chat.
   */
  createRoom(
    input: { name: string; type: Exclude<RoomType, 'dm'>; members?: string[] } & WithRoomMetadata,
    options?: WaitOptions,
  ): Promise<Room>
  /**
   * The direct room of these 1 to 7 others and oneself: the same one for the same people. A stranger is invited, and is
   * in it when they accept; a server may refuse them instead, with USER_NOT_FOUND.
   */
  openDm(userIds: string[], options?: WaitOptions): Promise<Room>
  /** Public rooms by name, a page at a time. */
  listRooms(
    query?: { query?: string; after?: string; limit?: number },
    options?: WaitOptions,
  ): Promise<{ rooms: RoomRow[]; next?: string }>
  /** Becomes a member of a public room. ROOM_NOT_FOUND, USER_BANNED. */
  joinRoom(id: string, options?: WaitOptions): Promise<Room>
  /** A dm too. The local copy goes; what is unsent in it stays with the user. */
  leaveRoom(id: string, options?: WaitOptions): Promise<void>
  /**
   * Takes a dm out of `getState().rooms`, on all of the user's devices, until there is a newer message in it. `openDm`
   * brings it back. FORBIDDEN for other rooms.
   */
  hideDm(id: string, options?: WaitOptions): Promise<void>
  /**
   * Becomes a member of the room of one of `getState().invitations`. INVITATION_NOT_FOUND: it is over.
   *
   * @example
   * for (const { roomId } of chat.getState().invitations) await chat.acceptInvitation(roomId)
   */
  acceptInvitation(roomId: string, options?: WaitOptions): Promise<Room>
  /** The inviter is not notified. */
  declineInvitation(roomId: string, options?: WaitOptions): Promise<void>
  /**
   * Hides oneself from this user: they open no dm with one, add one to no room, and their invitations do not
   * come; the dm of the two is left. Their messages in shared rooms stay. LIMIT_EXCEEDED after 1,000.
   */
  blockUser(userId: string, options?: WaitOptions): Promise<void>
  unblockUser(userId: string, options?: WaitOptions): Promise<void>
  /** Whom one has blocked, by user id, a page at a time. */
  listBlocked(
    query?: { after?: string; limit?: number },
    options?: WaitOptions,
  ): Promise<{ blocked: { userId: string; blockedAt: string }[]; next?: string }>
  /**
   * Who of these users (at most 200 at once, over all watches) is online, away or offline, pushed as it changes. Nothing is
   * asked before there is a listener.
   *
   * @example
   * const watch = chat.presence(['anna', 'ben'])
   * const stop = watch.subscribe(() => show(watch.getState().users.get('anna')?.status))
   */
  presence(userIds: readonly string[]): PresenceWatch
  /** This device's own state, as others see it; `online` until it is set. Kept over reconnects. */
  setPresence(status: 'online' | 'away'): Promise<void>
  /**
   * Any event of the wire, decoded; for what has no method of its own (moderation, members). The payload is copied at the
   * call, as plain JSON. Rejects with ChatError: INVALID_PAYLOAD, with the path in `error.field`, for what is none.
   */
  request<E extends ClientEvent>(event: E, payload: PayloadInput<E>, options?: WaitOptions): Promise<OkAck<E>>
}
