import type {
  ConnectionState,
  Invitation,
  MemberView,
  MessageDraftInput,
  Pin,
  RoomSummary,
  Sent,
  ShownMessage,
  TypingUser,
} from '@roomful/client'
import { useCallback, useContext } from 'react'
import { useChatSelector } from './chat-provider'
import { findMessage } from './find-message'
import { RoomContext, useRoom, useRoomSelector } from './room-provider'
import { sameItems, shownInState } from './store-hook'

/** The connection to the server, with its reason. */
export function useConnection(): ConnectionState {
  return useChatSelector((state) => state.connection)
}

/** The user's rooms by last activity, newest first, with preview and unread. */
export function useRooms(): readonly RoomSummary[] {
  return useChatSelector((state) => state.rooms)
}

/**
 * Rooms that others want the user in, newest first; answered by `chat.acceptInvitation` and `chat.declineInvitation`.
 *
 * @example
 * function Invitations() {
 *   const chat = useChat()
 *   return useInvitations().map(({ roomId, name, inviter }) => (
 *     <button key={roomId} onClick={() => chat.acceptInvitation(roomId)}>{inviter.name}: {name}</button>
 *   ))
 * }
 */
export function useInvitations(): readonly Invitation[] {
  return useChatSelector((state) => state.invitations)
}

/** Unread messages: of the room named, else of the room around, else of all rooms together. */
export function useUnread(roomId?: string): number {
  const around = useContext(RoomContext)
  const id = roomId ?? around?.id
  return useChatSelector((state) =>
    id === undefined ? state.unreadTotal : (state.rooms.find((room) => room.id === id)?.unread ?? 0),
  )
}

/**
 * All loaded messages as they should be shown, oldest first, one's own unsent ones last. Use `message.key` as the
 * React key: it stays the same from the moment of sending on (I19).
 */
export function useMessages(): readonly ShownMessage[] {
  return useRoomSelector((state) => state.messages)
}

/** One message by its `key`; renders again only when that message changes. `undefined`: it is not loaded any more. */
export function useMessage(key: string): ShownMessage | undefined {
  return useRoomSelector((state) => findMessage(state.messages, key))
}

/** `room.send` of the room around, the same function over all renders. */
export function useSend(): (draft: string | MessageDraftInput) => Sent {
  const room = useRoom()
  return useCallback((draft) => room.send(draft), [room])
}

/** Who is typing, without oneself. A name goes by itself when its owner stops or is lost. */
export function useTyping(): readonly TypingUser[] {
  return useRoomSelector((state) => state.typing)
}

/**
 * The room's pinned messages, loaded or not, the newest pin first. `room.pin` and `room.unpin` change them.
 *
 * @example
 * function PinBar() {
 *   const room = useRoom()
 *   const [newest] = usePins()
 *   return newest && <button onClick={() => room.jumpTo(newest.seq)}>{newest.content}</button>
 * }
 */
export function usePins(): readonly Pin[] {
  return useRoomSelector((state) => state.pins)
}

/** The room's members, of which a large room loads only some by itself. */
export type Members = {
  /** Those who are loaded, by user id. */
  readonly members: readonly MemberView[]
  /** How many there are, loaded or not. */
  readonly count: number
  /** There are more than `members`. */
  readonly hasMore: boolean
  readonly isLoading: boolean
  /** Loads the next hundred; the same function over all renders. Why it failed stands in the room's `error`. */
  readonly loadMore: () => void
}

/**
 * Who is in the room, how many they are, and the way to those who are not loaded. Rooms of up to 200 members are loaded
 * whole.
 *
 * @example
 * function Members() {
 *   const { count, hasMore, loadMore } = useMembers()
 *   return <p>{count} members{hasMore && <button onClick={loadMore}>Show more</button>}</p>
 * }
 */
export function useMembers(): Members {
  const room = useRoom()
  const members = useRoomSelector((state) => state.members)
  const count = useRoomSelector((state) => state.memberCount)
  const hasMore = useRoomSelector((state) => state.hasMoreMembers)
  const isLoading = useRoomSelector((state) => state.loadingMembers)
  const loadMore = useCallback(() => void room.loadMembers().catch(shownInState), [room])
  return { members, count, hasMore, isLoading, loadMore }
}

/** Ids of the others who have read up to `seq` or further. */
export function useReadReceipts(seq: number): readonly string[] {
  return useRoomSelector(
    (state) => [...state.reads].filter(([, read]) => seq > 0 && read >= seq).map(([userId]) => userId),
    sameItems,
  )
}
