import type { Chat, Room, RoomState, ShownMessage } from '@roomful/client'
import { countFar } from './far-count'
import type { RowPlace, RowsPort } from './rows-port'
import { isAtBottom, pxBelow } from './scroll-ends'
import {
  AT_BOTTOM,
  countNew,
  type ScrollOptions,
  type ScrollPlace,
  type ScrollToOptions,
  type ScrollView,
} from './scroll-view'
import { sameItems, shownInState } from './store-hook'

/** More is loaded when less than so many screens are left in that direction. */
const LOAD_AHEAD_SCREENS = 1.5
/** Where the first unread message is put when a room opens, in px below the top: room for the divider and a line. */
const FIRST_UNREAD_TOP_PX = 96
/** Where a jump puts its message, as a part of the height: what came before it explains it. */
const JUMP_TOP_PART = 1 / 3

/**
 * Follows one scrolling element and one room.
 *
 *   opening ──caught up, and its place is loaded──▶ following (at the end, sticks to it) ◀──scroll──▶ away (anchored to a row)
 *      └─────────────────── a jump ───────────────────────────────────────────────────────────────────▲
 *                              ▲── a message of one's own, scrollToBottom ──┘
 *
 * `opening` shows the end of what is known so far; where to begin to read is only known when all unread is there. A jump
 * of the room, by any component, is followed when its row is there.
 */
export type MessageScroller = {
  /** After every commit that changed the rows and before its paint: puts the scroll position right. */
  settle(): void
  scrollTo(place: ScrollPlace, options?: ScrollToOptions): Promise<void>
  goBack(): void
  scrollToBottom(): void
  stop(): void
}

/** What a jump does when it arrives. */
type Landing = ScrollToOptions & {
  readonly topPx?: number
  readonly isReturn?: true
  readonly isOpening?: true
}
/** What a jump has left: the end, or a message at its height. */
type Origin = { readonly seq: number; readonly topPx: number } | 'end'

export function followMessages(
  element: HTMLElement,
  rows: RowsPort,
  chat: Chat,
  room: Room,
  options: () => ScrollOptions,
  show: (view: ScrollView) => void,
): MessageScroller {
  let opening: 'waiting' | 'jumping' | null = 'waiting'
  let isAway = false
  let endTop = 0
  let anchor: RowPlace | null = null
  let lastKey: string | undefined
  let seenSeq = 0
  let unread = 0
  let dividerSeq: number | null = null
  let wasReading = false
  let view = AT_BOTTOM
  let { jump } = room.getState()
  let landing: Landing = {}
  let highlightedKey: string | null = null
  let origin: Origin | null = null

  const myId = () => chat.getState().user?.id

  const settle = () => {
    const state = room.getState()
    const last = state.messages.at(-1)
    // A message that becomes unread while the list is not looked at begins a new divider: the old one would mark nothing.
    if (state.unread > 0 && unread === 0 && !wasReading) dividerSeq = state.lastReadSeq
    unread = state.unread
    if (state.jump !== jump) land(state)
    else if (opening === 'waiting') open(state)
    // One's own new message is always shown, wherever one was reading.
    else if (last && last.key !== lastKey && last.seq === 0) isAway = false
    lastKey = last?.key
    hold()
    look()
  }

  const open = ({ messages, lastReadSeq, status, hasOlder }: RoomState) => {
    if (messages.length === 0 || status === 'loading' || status === 'catching-up') return
    opening = null
    const { openAt = 'unread' } = options()
    if (openAt === 'end') return
    if (typeof openAt === 'object') return openBy(openAt.place)
    if (dividerSeq === null) return
    // More is unread than is loaded: the first of it is not there yet.
    if (hasOlder && (messages[0]?.seq ?? 0) > lastReadSeq + 1) return openBy(lastReadSeq + 1)
    moveTo(messages, lastReadSeq + 1, FIRST_UNREAD_TOP_PX)
    seenSeq = lastReadSeq
  }

  /** Shows the end until the place is there, and where it is not to be had. */
  const openBy = (place: ScrollPlace) => {
    opening = 'jumping'
    seenSeq = room.getState().lastReadSeq
    const isUnread = place === seenSeq + 1
    // Refused, or given up for another place: then the end, which is shown, is where it opens.
    const ended = () => {
      if (opening === 'jumping') opening = null
    }
    jumpTo(place, { isOpening: true, ...(isUnread && { topPx: FIRST_UNREAD_TOP_PX }) }).then(ended, ended)
  }

  const jumpTo = (place: ScrollPlace, next: Landing): Promise<void> => {
    landing = next
    return room.jumpTo(place).catch((error) => {
      if (landing === next) landing = {}
      throw error
    })
  }

  /** The room shows another place: the list goes there. */
  const land = ({ messages, lastReadSeq, jump: arrived }: RoomState) => {
    jump = arrived
    const { highlight = false, topPx = element.clientHeight * JUMP_TOP_PART, isReturn, isOpening } = landing
    landing = {}
    const before = isReturn || isOpening ? null : placeNow()
    highlightedKey = null
    if (isOpening) seenSeq = lastReadSeq
    opening = null
    const row = arrived?.seq === null || arrived === null ? undefined : moveTo(messages, arrived.seq, topPx)
    if (!row) isAway = false
    origin = row ? before : null
    if (row && highlight) highlightedKey = row.key
  }

  const placeNow = (): Origin | null => {
    if (!isAway) return 'end'
    const place = shownBefore.findIndex(({ key }) => key === anchor?.key)
    // An unsent message has no seq to come back to: the last sent one before it has.
    const message = shownBefore.slice(0, place + 1).findLast(({ seq }) => seq > 0)
    return anchor && message ? { seq: message.seq, topPx: anchor.top } : null
  }

  /** Puts the first shown message from `seq` on at that height. Undefined: none is shown. */
  const moveTo = (
    messages: readonly ShownMessage[],
    seq: number,
    topPx: number,
  ): ShownMessage | undefined => {
    const from = messages.findIndex((message) => message.seq >= seq)
    if (from < 0) return undefined
    const later = messages.slice(from)
    const shown = rows.show(
      later.map(({ key }) => key),
      topPx,
    )
    if (shown === undefined) return undefined
    isAway = !isAtBottom(element) || room.getState().hasNewer
    return later.find(({ key }) => key === shown)
  }

  const hold = () => {
    if (isAway) rows.hold()
    else rows.showEnd()
    endTop = element.scrollTop
  }

  let shownBefore: readonly ShownMessage[] = []

  /** Reads the scroll position: what to report, what to load, what is read. */
  const look = () => {
    const state = room.getState()
    shownBefore = state.messages
    anchor = rows.first()
    if (!isAway && opening !== 'jumping' && state.jump === jump)
      seenSeq = state.messages.findLast(({ seq }) => seq > 0)?.seq ?? 0
    tell(state)
    if (opening === null) loadAround(state)
    read()
  }

  const tell = (state: RoomState) => {
    const next = {
      atBottom: !isAway,
      newCount: countNew(state, seenSeq, myId(), far.of),
      dividerSeq,
      highlightedKey,
      canGoBack: origin !== null && (isAway || origin !== 'end'),
    }
    if (!sameItems(Object.values(view), Object.values(next))) show(next)
    view = next
  }

  const loadAround = ({ hasOlder, loadingOlder, hasNewer, loadingNewer }: RoomState) => {
    const ahead = element.clientHeight * LOAD_AHEAD_SCREENS
    if (hasOlder && !loadingOlder && element.scrollTop < ahead) room.loadOlder().catch(shownInState)
    if (hasNewer && !loadingNewer && pxBelow(element) < ahead) room.loadNewer().catch(shownInState)
  }

  /** Not once it has left the page, nor while it, or what it is in, is hidden. */
  const isShown = () => element.isConnected && element.clientHeight > 0

  const read = () => {
    const { status, lastReadSeq, jump: arrived } = room.getState()
    // A jump that has arrived and is not on screen yet: nothing of it is seen.
    wasReading =
      opening === null && arrived === jump && !isAway && !document.hidden && isShown() && status === 'live'
    if (wasReading && options().markRead !== false && seenSeq > lastReadSeq) room.markRead(seenSeq)
  }

  const onScroll = () => {
    const { scrollTop } = element
    const isAtEnd = isAtBottom(element)
    // Only a move up leaves the end: the event may be that of the list's own move, after which a row has grown.
    isAway = room.getState().hasNewer || (!isAtEnd && (isAway || scrollTop < endTop - 1))
    // Not lowered where the end is out of sight: a pixel at a time is a move up too.
    if (isAtEnd || scrollTop > endTop) endTop = scrollTop
    // A user who scrolls has chosen where to read.
    if (isAway && opening === 'waiting') opening = null
    look()
  }

  /** Where a jump lands, rows may be measured only after it: then the end may be in sight, and no scroll says so. */
  const onResize = () => {
    if (!isShown()) return
    hold()
    if (!isAway) return read()
    if (!isAtBottom(element) || room.getState().hasNewer) return
    isAway = false
    look()
  }

  const scrollToBottom = () => {
    isAway = false
    opening = null
    landing = {}
    origin = null
    highlightedKey = null
    // At the end too: a page or a jump that is still under way must not take the view away from it.
    room.jumpTo(Number.POSITIVE_INFINITY).catch(shownInState)
    hold()
    look()
  }

  const far = countFar(chat, room.id, () => tell(room.getState()))
  // By hand only: with the browser's own anchoring on top it would not be clear what moved `scrollTop`.
  element.style.overflowAnchor = 'none'
  const end = new AbortController()
  element.addEventListener('scroll', onScroll, end)
  document.addEventListener('visibilitychange', read, end)
  const detach = rows.attach(element, onResize)

  return {
    settle,
    scrollTo: (place, next = {}) => jumpTo(place, next),
    goBack: () => {
      const place = origin
      if (place === null) return
      if (place === 'end') return scrollToBottom()
      jumpTo(place.seq, { topPx: place.topPx, isReturn: true }).catch(shownInState)
    },
    scrollToBottom,
    stop: () => {
      end.abort()
      far.stop()
      detach()
    },
  }
}
