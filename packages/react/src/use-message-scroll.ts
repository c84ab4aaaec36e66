import type { RoomState } from '@roomful/client'
import { type RefCallback, useCallback, useRef, useState } from 'react'
import { useChat } from './chat-provider'
import { documentRows } from './document-rows'
import { followMessages, type MessageScroller } from './message-scroller'
import { useRoom, useRoomSelector } from './room-provider'
import {
  AT_BOTTOM,
  type ScrollOptions,
  type ScrollPlace,
  type ScrollToOptions,
  type ScrollView,
} from './scroll-view'
import { sameItems, useLayout } from './store-hook'

/** What `useMessageScroll` returns: the props of the list, and its position. Its functions are the same over all renders. */
export type MessageScroll = ScrollView & {
  /** Goes to the element that scrolls. It has one child, whose children are the rows, with `data-key={message.key}`. */
  ref: RefCallback<HTMLElement>
  /**
   * Goes to a message, loaded or not, and puts it into the upper third. Resolves when it is loaded, and rejects as
   * `room.jumpTo`: with MESSAGE_NOT_FOUND for an id of which the user may see nothing.
   */
  scrollTo(place: ScrollPlace, options?: ScrollToOptions): Promise<void>
  /** Back to where the last jump began. Does nothing where `canGoBack` is false. */
  goBack(): void
  /** Also from far up in the history: loads the newest page first. */
  scrollToBottom(): void
}

/** What moves rows or changes what is read. */
const whatMoves = (state: RoomState) => [
  state.messages,
  state.status,
  state.unread,
  state.lastSeq,
  state.jump,
]

/**
 * The scrolling of a message list: opens at the first unread message, at the end or at a place, sticks to the end, keeps
 * the row one reads in its place when older messages load above it or rows change their height, loads more in both
 * directions, follows each `room.jumpTo`, counts what is new below, and marks as read what is seen at the bottom of a
 * visible page. Call it in the component that renders the rows, so that both are in one commit.
 *
 * @example
 * function Messages() {
 *   const messages = useMessages()
 *   const { ref, scrollTo, highlightedKey } = useMessageScroll({ openAt: 'unread' })
 *   return (
 *     <div ref={ref} className="scrolls">
 *       <div>
 *         {messages.map(({ key, content, replyTo }) => (
 *           <p key={key} data-key={key} className={key === highlightedKey ? 'highlighted' : ''}>
 *             {replyTo && <button onClick={() => scrollTo(replyTo, { highlight: true })}>↩</button>} {content}
 *           </p>
 *         ))}
 *       </div>
 *     </div>
 *   )
 * }
 */
export function useMessageScroll(options: ScrollOptions = {}): MessageScroll {
  const chat = useChat()
  const room = useRoom()
  const moved = useRoomSelector(whatMoves, sameItems)
  const [element, ref] = useState<HTMLElement | null>(null)
  const [view, setView] = useState(AT_BOTTOM)
  const scroller = useRef<MessageScroller | null>(null)
  const latest = useRef(options)
  const { rows, markRead } = options

  useLayout(() => {
    latest.current = options
  })

  useLayout(() => {
    if (!element) return
    setView(AT_BOTTOM)
    const following = followMessages(
      element,
      rows ?? documentRows(),
      chat,
      room,
      () => latest.current,
      setView,
    )
    scroller.current = following
    return () => {
      following.stop()
      // The component may stay without its list: that is not looked at any more.
      scroller.current = null
    }
  }, [chat, element, room, rows])

  // The dependencies say when; the scroller reads the position itself.
  useLayout(() => scroller.current?.settle(), [chat, element, room, rows, markRead, moved, view.dividerSeq])

  const scrollTo = useCallback(
    async (place: ScrollPlace, how?: ScrollToOptions) => scroller.current?.scrollTo(place, how),
    [],
  )
  const goBack = useCallback(() => scroller.current?.goBack(), [])
  const scrollToBottom = useCallback(() => scroller.current?.scrollToBottom(), [])
  return { ...view, ref, scrollTo, goBack, scrollToBottom }
}
