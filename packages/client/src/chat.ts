import type {
  AsyncClosable,
  ClientEvent,
  OkAck,
  PayloadInput,
  RoomType,
  SentInvitation,
} from '@roomful/protocol'
import type { InspectOptions, Inspector } from './inspect/inspection'
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
   * Calls `listener` once a batch of changes, never for a no-op. Returns the function that stops it: after that it is
   * not called any more, not even later in the same notification. It is called when the change is complete, in the same
   * tick, and never while another listener runs: a listener's own changes are the next notification. Its errors go to
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
   * Connects, if it has not yet; opening a room or sending does so too. Resolves when online; offline it waits for the
   * network. Rejects with the code that stopped the chat, ABORTED once it is closed, and as `options` describe.
   */
  connect(options?: WaitOptions): Promise<void>
  /**
   * Dials now instead of at `retryAt`, for a button beside "Reconnecting in 24 s…": once a second at most, however often it
   * is called. Does nothing unless the connection is `waiting`. If it fails the next wait is longer, as without it.
   *
   * @example
   * if (chat.getState().connection.status === 'waiting') chat.reconnect()
   */
  reconnect(): void
  /**
   * Resolves when nothing in the outbox waits any more: messages, edits, deletes, reactions and read cursors, also
   * those that an earlier run left on the disk; at once if there are none. A `failed` entry does not wait: it needs
   * `retry` or `cancel`. Offline it waits for the network, so set a limit. Rejects with ABORTED, TIMEOUT, or the code
   * that stopped the chat; entries that were not sent by then stay in the outbox.
   *
   * @example
   * for (const line of lines) room.send(line)
   * await chat.flush({ timeoutMs: 30_000 })
   * await chat.close()
   */
  flush(options?: WaitOptions): Promise<void>
  /**
   * Ends the connection for good, and resolves when everything is written to the disk and nothing runs any more. With
   * `flush` it first waits until everything is sent, at most `timeoutMs` (10,000). `unsent`: messages and changes that
   * are not confirmed; they go out the next time if storage is `ok`, otherwise they are lost, and a console warning has
   * their number. A second call does not wait for the first one's flush.
   *
   * @example
   * const { unsent } = await chat.close({ flush: true, timeoutMs: 5_000 })
   */
  close(options?: { flush?: boolean; timeoutMs?: number }): Promise<{ unsent: number }>
  /**
   * Ends the connection for good and deletes everything that this device stores of the user: rooms, messages, drafts,
   * and unsent changes (`getState().unsent` counts them). Other tabs of the user are signed out too. The token stays
   * valid at the server; the app ends the login session there. Rejects with INTERNAL if the local copy could not be
   * deleted: then it may be called again, and nothing of it is on screen all the same.
   */
  signOut(): Promise<void>
  /** The same object each time for one id, whether the room exists or not: `open` finds out. */
  room(id: string): Room
  /**
   * Makes a room that this user owns. Rejects with the refusal, as all below do; with OFFLINE when it could not be asked,
   * at once where the connection is known to be gone, after `requestTimeoutMs` while no server answers; with TIMEOUT when
   * no answer came in that time, or in `timeoutMs`; with ABORTED, or the code that stopped the chat.
   */
  createRoom(
    input: {
      name: string
      type: Exclude<RoomType, 'dm'>
      /** One of the server's own kinds of rooms, whose base is `type`. */
      kind?: string
      members?: string[]
    } & WithRoomMetadata,
    options?: WaitOptions,
  ): Promise<Room>
  /**
   * The direct room of these 1 to 7 other users and the caller: the same one for the same users. A stranger is invited,
   * and is in it once they accept; a server may refuse them instead, with USER_NOT_FOUND.
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
   * Hides a dm from `getState().rooms`, on all of the user's devices, until it has a newer message. `openDm` shows it
   * again. FORBIDDEN for other rooms.
   */
  hideDm(id: string, options?: WaitOptions): Promise<void>
  /**
   * Becomes a member of the room of one of `getState().invitations`. INVITATION_NOT_FOUND: it has expired.
   *
   * @example
   * for (const { roomId } of chat.getState().invitations) await chat.acceptInvitation(roomId)
   */
  acceptInvitation(roomId: string, options?: WaitOptions): Promise<Room>
  /** The inviter is not notified. */
  declineInvitation(roomId: string, options?: WaitOptions): Promise<void>
  /**
   * The user's own invitations that wait, newest first, at most 100: with nothing of the invited user, not even whether
   * there is one or has declined, until they accept.
   */
  listSentInvitations(options?: WaitOptions): Promise<SentInvitation[]>
  /**
   * Takes back an invitation: the user no longer sees it. It counts for the limit until it expires.
   *
   * @example
   * for (const { roomId, userId } of await chat.listSentInvitations()) await chat.withdrawInvitation(roomId, userId)
   */
  withdrawInvitation(roomId: string, userId: string, options?: WaitOptions): Promise<void>
  /**
   * Blocks this user: they can open no dm with the caller, add them to no room, and their invitations are not
   * delivered; the caller leaves their dm. Their messages in shared rooms stay. LIMIT_EXCEEDED after 1,000.
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
   * Any event of the wire, decoded; for requests without a method (moderation, members). The payload is copied at the
   * call, as plain JSON. Rejects with ChatError: INVALID_PAYLOAD, with the path in `error.field`, if it is not.
   */
  request<E extends ClientEvent>(event: E, payload: PayloadInput<E>, options?: WaitOptions): Promise<OkAck<E>>
  /**
   * A look inside, for development and for reports of what went wrong: the connection and its history, rooms with their
   * cursor, ranges and gaps, the outbox, every frame as a timeline. Recorded from then on, until `stop`; its code is loaded
   * by the first call. Texts of messages are left out unless `payloads` is set, and tokens always.
   *
   * @example
   * const inspector = await chat.inspect({ events: 500 })
   * const stop = inspector.subscribe(() => console.log(inspector.getState().counts))
   * const trace = JSON.stringify(inspector.trace())
   */
  inspect(options?: InspectOptions): Promise<Inspector>
}
