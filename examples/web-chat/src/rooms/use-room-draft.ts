import { useChat } from '@roomful/react'
import { useCallback, useSyncExternalStore } from 'react'

/** What was begun in a room and not sent, also on another tab or before a reload. */
export function useRoomDraft(roomId: string): string {
  const chat = useChat()
  return useSyncExternalStore(
    useCallback((listener) => chat.room(roomId).select(draftOf, listener), [chat, roomId]),
    () => draftOf(chat.room(roomId).getState()),
  )
}

const draftOf = ({ draft }: { readonly draft: string }): string => draft
