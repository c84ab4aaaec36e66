import type { Room, RoomState } from '@roomful/client'
import { type Anchor, firstVisible, isAtBottom, pxBelow, restore, topOf } from './scroll-anchor'
import { AT_BOTTOM, countNew, lastConfirmed, type ScrollView } from './scroll-view'
import { sameItems, shownInState } from './store-hook'

/** More is loaded when less than so many screens are left in that direction. */
const LOAD_AHEAD_SCREENS = 1.5
/** Where the first unread message is put when a room opens, in px below the top: room for the divider and a line. */
const FIRST_UNREAD_TOP_PX = 96

/**
 * Follows one scrolling element and one room.
 *
 *   opening ──first messages──▶ following (at the end, sticks to it) ◀──scroll──▶ away (anchored to a row)
 *                                   ▲── a message of one's own, scrollToBottom ──┘
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
  let mode: 'opening' | 'following' | 'away' = 'opening'
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
    // Becoming unread while nobody looks begins a new divider: the one from before would mark nothing any more.
    if (state.unread > 0 && unread === 0 && !wasReading) dividerSeq = state.lastReadSeq
    unread = state.unread
    if (last && mode === 'opening') open(state)
    // One's own new message is always shown, wherever one was reading.
    else if (last && last.key !== lastKey && last.seq === 0) mode = 'following'
    lastKey = last?.key
    hold()
    look()
  }

  const open = ({ messages, lastReadSeq }: RoomState) => {
    mode = 'following'
    const first = messages.findIndex(({ seq }) => seq > lastReadSeq)
    const row = dividerSeq !== null && element.querySelectorAll('[data-key]')[first]
    if (!row) return
    element.scrollTop += topOf(element, row) - FIRST_UNREAD_TOP_PX
    seenSeq = lastReadSeq
    if (!isAtBottom(element)) mode = 'away'
  }

  const hold = () => {
    if (mode === 'following') element.scrollTop = element.scrollHeight
    else if (anchor) restore(element, anchor)
  }

  /** Takes in where we are: what to tell, what to load, what is read. */
  const look = () => {
    const state = room.getState()
    const { messages } = state
    const atBottom = mode !== 'away'
    anchor = firstVisible(element)
    if (mode === 'following') seenSeq = messages[lastConfirmed(messages)]?.seq ?? 0
    const newCount = atBottom ? 0 : countNew(messages, seenSeq, myId())
    const next = { atBottom, newCount, dividerSeq }
    if (!sameItems(Object.values(view), Object.values(next))) show(next)
    view = next
    if (mode !== 'opening') loadAround(state)
    read()
  }

  const loadAround = ({ hasOlder, loadingOlder, hasNewer, loadingNewer }: RoomState) => {
    const ahead = element.clientHeight * LOAD_AHEAD_SCREENS
    if (hasOlder && !loadingOlder && element.scrollTop < ahead) room.loadOlder().catch(shownInState)
    if (hasNewer && !loadingNewer && pxBelow(element) < ahead) room.loadNewer().catch(shownInState)
  }

  const read = () => {
    const { status, lastReadSeq } = room.getState()
    wasReading = mode === 'following' && document.visibilityState === 'visible' && status === 'live'
    if (wasReading && seenSeq > lastReadSeq) room.markRead(seenSeq)
  }

  const onScroll = () => {
    if (mode === 'opening') return
    mode = isAtBottom(element) && !room.getState().hasNewer ? 'following' : 'away'
    look()
  }

  // By hand only: with the browser's own anchoring on top, who moved `scrollTop` could not be told.
  element.style.overflowAnchor = 'none'
  const end = new AbortController()
  element.addEventListener('scroll', onScroll, end)
  document.addEventListener('visibilitychange', read, end)
  const sizes = new ResizeObserver(hold)
  for (const box of [element, ...element.children]) sizes.observe(box)

  return {
    settle,
    scrollToBottom: () => {
      const { hasNewer, lastSeq } = room.getState()
      mode = 'following'
      if (hasNewer) room.jumpTo(lastSeq).catch(shownInState)
      hold()
      look()
    },
    stop: () => {
      end.abort()
      sizes.disconnect()
    },
  }
}
