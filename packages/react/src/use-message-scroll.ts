import type { RoomState } from '@roomful/client'
import { type RefCallback, useCallback, useRef, useState } from 'react'
import { useChat } from './chat-provider'
import { followMessages, type MessageScroller } from './message-scroller'
import { useRoom, useRoomSelector } from './room-provider'
import { AT_BOTTOM, type ScrollView } from './scroll-view'
import { sameItems, useLayout } from './store-hook'

/** What `useMessageScroll` returns: the props of the list, and its position. */
export type MessageScroll = ScrollView & {
  /** Goes to the element that scrolls. It has one child, whose children are the rows, with `data-key={message.key}`. */
  ref: RefCallback<HTMLElement>
  /** Also from far up in the history: loads the newest page first. */
  scrollToBottom(): void
}

/** What moves rows or changes what is read. */
const whatMoves = (state: RoomState) => [state.messages, state.status, state.unread]

/**
 * The scrolling of a message list: opens at the first unread message or at the end, sticks to the end, keeps the row
 * one reads in its place when older messages load above it, loads more in both directions, counts what is new
 * below, and marks as read what is seen at the bottom of a visible page. Call it in the component that renders the
 * rows, so that both are in one commit.
 *
 * @example
 * function Messages() {
 *   const messages = useMessages()
 *   const { ref } = useMessageScroll()
 *   return (
 *     <div ref={ref} className="scrolls">
 *       <div>{messages.map((message) => <p key={message.key} data-key={message.key}>{message.content}</p>)}</div>
 *     </div>
 *   )
 * }
 */
export function useMessageScroll(): MessageScroll {
  const chat = useChat()
  const room = useRoom()
  const moved = useRoomSelector(whatMoves, sameItems)
  const [element, ref] = useState<HTMLElement | null>(null)
  const [view, setView] = useState(AT_BOTTOM)
  const scroller = useRef<MessageScroller | null>(null)

  useLayout(() => {
    if (!element) return
    setView(AT_BOTTOM)
    const following = followMessages(element, room, () => chat.getState().user?.id, setView)
    scroller.current = following
    return following.stop
  }, [chat, element, room])

  // The dependencies say when; the scroller reads the position itself.
  useLayout(() => scroller.current?.settle(), [chat, element, room, moved, view.dividerSeq])

  const scrollToBottom = useCallback(() => scroller.current?.scrollToBottom(), [])
  return { ...view, ref, scrollToBottom }
}
