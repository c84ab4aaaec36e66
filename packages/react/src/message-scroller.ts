import type { Room, RoomState } from '@roomful/client'
import { type Anchor, firstVisible, isAtBottom, pxBelow, restore, topOf } from './scroll-anchor'
import { AT_BOTTOM, countNew, type ScrollView } from './scroll-view'
import { sameItems, shownInState } from './store-hook'

/** More is loaded when less than so many screens are left in that direction. */
const LOAD_AHEAD_SCREENS = 1.5
/** Where the first unread message is put when a room opens, in px below the top: room for the divider and a line. */
const FIRST_UNREAD_TOP_PX = 96

/**
 * Follows one scrolling element and one room.
 *
 *   opening ──caught up──▶ following (at the end, sticks to it) ◀──scroll──▶ away (anchored to a row)
 *                              ▲── a message of one's own, scrollToBottom ──┘
 *
 * `opening` shows the end of what is known so far; where to begin to read is only known when all unread is there.
 */
export type MessageScroller = {
  /** After every commit that changed the rows and before its paint: puts the scroll position right. */
  settle(): void
  scrollToBottom(): void
  stop(): void
}

export function followMessages(
  element: HTMLElement,
  room: Room,
  myId: () => string | undefined,
  show: (view: ScrollView) => void,
): MessageScroller {
  let isOpening = true
  let isAway = false
  let anchor: Anchor | null = null
  let lastKey: string | undefined
  let seenSeq = 0
  let unread = 0
  let dividerSeq: number | null = null
  let wasReading = false
  let view = AT_BOTTOM

  const settle = () => {
    const state = room.getState()
    const last = state.messages.at(-1)
    // A message that becomes unread while the list is not looked at begins a new divider: the old one would mark nothing.
    if (state.unread > 0 && unread === 0 && !wasReading) dividerSeq = state.lastReadSeq
    unread = state.unread
    if (isOpening) open(state)
    // One's own new message is always shown, wherever one was reading.
    else if (last && last.key !== lastKey && last.seq === 0) isAway = false
    lastKey = last?.key
    hold()
    look()
  }

  const open = ({ messages, lastReadSeq, status }: RoomState) => {
    if (messages.length === 0 || status === 'loading' || status === 'catching-up') return
    isOpening = false
    const first = messages.findIndex(({ seq }) => seq > lastReadSeq)
    const row = dividerSeq !== null && element.querySelectorAll('[data-key]')[first]
    if (!row) return
    element.scrollTop += topOf(element, row) - FIRST_UNREAD_TOP_PX
    seenSeq = lastReadSeq
    isAway = !isAtBottom(element)
  }

  const hold = () => {
    if (!isAway) element.scrollTop = element.scrollHeight
    else if (anchor) restore(element, anchor)
  }

  /** Reads the scroll position: what to report, what to load, what is read. */
  const look = () => {
    const state = room.getState()
    const { messages } = state
    anchor = firstVisible(element)
    if (!isAway) seenSeq = messages.findLast(({ seq }) => seq > 0)?.seq ?? 0
    const next = { atBottom: !isAway, newCount: countNew(messages, seenSeq, myId()), dividerSeq }
    if (!sameItems(Object.values(view), Object.values(next))) show(next)
    view = next
    if (!isOpening) loadAround(state)
    read()
  }

  const loadAround = ({ hasOlder, loadingOlder, hasNewer, loadingNewer }: RoomState) => {
    const ahead = element.clientHeight * LOAD_AHEAD_SCREENS
    if (hasOlder && !loadingOlder && element.scrollTop < ahead) room.loadOlder().catch(shownInState)
    if (hasNewer && !loadingNewer && pxBelow(element) < ahead) room.loadNewer().catch(shownInState)
  }

  const read = () => {
    const { status, lastReadSeq } = room.getState()
    wasReading = !isOpening && !isAway && !document.hidden && status === 'live'
    if (wasReading && seenSeq > lastReadSeq) room.markRead(seenSeq)
  }

  const onScroll = () => {
    isAway = !isAtBottom(element) || room.getState().hasNewer
    // A user who scrolls has chosen where to read.
    if (isAway) isOpening = false
    look()
  }

  // By hand only: with the browser's own anchoring on top it would not be clear what moved `scrollTop`.
  element.style.overflowAnchor = 'none'
  const end = new AbortController()
  element.addEventListener('scroll', onScroll, end)
  document.addEventListener('visibilitychange', read, end)
  const sizes = new ResizeObserver(hold)
  for (const box of [element, ...element.children]) sizes.observe(box)

  return {
    settle,
    scrollToBottom: () => {
      isAway = false
      // At the end too: a page or a jump that is still under way must not take the view away from it.
      room.jumpTo(Number.POSITIVE_INFINITY).catch(shownInState)
      hold()
      look()
    },
    stop: () => {
      end.abort()
      sizes.disconnect()
    },
  }
}
