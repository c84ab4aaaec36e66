import type { MemberView, MessageDraftInput, Sent, ShownMessage, TypingUser } from '@roomful/client'
import { useCallback } from 'react'
import { findMessage } from './find-message'
import { useRoom, useRoomSelector } from './room-provider'
import { sameItems } from './store-hook'

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

/** The room's members as far as they are known. */
export function useMembers(): readonly MemberView[] {
  return useRoomSelector((state) => state.members)
}

/** Ids of the others who have read up to `seq` or further. */
export function useReadReceipts(seq: number): readonly string[] {
  return useRoomSelector(
    (state) => [...state.reads].filter(([, read]) => seq > 0 && read >= seq).map(([userId]) => userId),
    sameItems,
  )
}
