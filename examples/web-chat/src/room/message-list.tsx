import type { ShownMessage } from '@roomful/client'
import { useMessages, useRoomSelector } from '@roomful/react'
import { useVirtualMessages, VirtualRows } from '@roomful/react/virtual'
import { type KeyboardEvent, type ReactElement, useCallback, useEffect, useMemo, useState } from 'react'
import { MessageRow } from '../message/message-row'
import { dayLabel } from '../text/time'
import { later } from '../ui/later'
import { type FeedItem, feedOf } from './feed'
import { useJumpsInto } from './jump'
import { ListPills } from './list-pills'
import { moveFocus } from './move-focus'
import { NoMessages } from './no-messages'
import { readersOf, readSeqsOf } from './readers'
import { TopDay } from './top-day'

const JumpDialog = later(() => import('./jump-dialog').then((part) => part.JumpDialog))

const keyOf = ({ message }: FeedItem): string => message.key

export function MessageList({ myId }: { myId: string }): ReactElement {
  const messages = useMessages()
  const { ref, list, scrollTo, highlightedKey, dividerSeq, ...view } = useVirtualMessages()
  const feed = useMemo(() => feedOf(messages, dividerSeq), [messages, dividerSeq])
  const quotes = useMemo(() => quotesOf(messages), [messages])
  const reads = useRoomSelector((state) => state.reads)
  const others = useRoomSelector((state) => Math.max(0, state.memberCount - 1))
  const readSeqs = useMemo(() => readSeqsOf(reads, myId), [reads, myId])
  const dayStarts = useMemo(() => new Set(feed.filter(({ startsDay }) => startsDay).map(keyOf)), [feed])
  const [isChoosing, setIsChoosing] = useState(false)
  const choose = useCallback(() => setIsChoosing(true), [])
  useJumpsInto(useCallback((place) => scrollTo(place, { highlight: true }), [scrollTo]))

  // The keyboard goes on from the message that was jumped to, also when that is the same one again.
  const jump = useRoomSelector((state) => state.jump)
  useEffect(() => {
    if (jump && highlightedKey !== null) list.focus(highlightedKey)
  }, [list, jump, highlightedKey])

  return (
    <div className="messages">
      <div
        ref={ref}
        className="scroller"
        role="log"
        aria-live="off"
        aria-label="Messages"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
        tabIndex={0}
        onKeyDown={(event) => {
          if (isGoTo(event)) choose()
          else moveFocus(event, feed.map(keyOf), list.focus)
        }}
      >
        <VirtualRows list={list} items={feed} keyOf={keyOf} className="rows">
          {({ message, startsDay, startsGroup, startsUnread, position }, index) => (
            <>
              {index === 0 && <HistoryEdge />}
              {startsDay && (
                <button type="button" className="day" data-testid="day" title="Go to a day" onClick={choose}>
                  <time dateTime={message.createdAt}>{dayLabel(message.createdAt)}</time>
                </button>
              )}
              {startsUnread && (
                // biome-ignore lint/a11y/useSemanticElements: an <hr> can hold no words
                <div className="unread-divider" role="separator" aria-label="New messages">
                  <span>New messages</span>
                </div>
              )}
              <MessageRow
                message={message}
                quoted={message.replyTo === null ? undefined : quotes.get(message.replyTo)}
                isOwn={message.senderId === myId}
                readBy={message.senderId === myId ? readersOf(message.seq, readSeqs) : 0}
                others={message.senderId === myId ? others : 0}
                startsGroup={startsGroup}
                position={position}
                isHighlighted={message.key === highlightedKey}
              />
            </>
          )}
        </VirtualRows>
        {messages.length === 0 && <NoMessages />}
      </div>
      <TopDay
        list={list}
        startsDay={useCallback((key) => dayStarts.has(key), [dayStarts])}
        onClick={choose}
      />
      <ListPills {...view} />
      {isChoosing && <JumpDialog onClose={() => setIsChoosing(false)} />}
    </div>
  )
}

/** On the list or a message, not in a field of it. */
function isGoTo({ key, target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (key !== 'g' || ctrlKey || metaKey || altKey) return false
  return target instanceof HTMLElement && target.matches('[role=log], article')
}

/** Above the oldest: always as high, so that loading moves nothing. */
function HistoryEdge(): ReactElement {
  const isLoading = useRoomSelector((state) => state.loadingOlder)
  const isStart = useRoomSelector((state) => !state.hasOlder && state.messages.length > 0)
  return (
    <p className="history-edge muted" dir="auto">
      {isLoading ? 'Loading earlier messages…' : isStart ? 'This is where the conversation begins.' : ''}
    </p>
  )
}

/** Messages by the ids that a reply may name: an unsent message is named by its clientId. */
function quotesOf(messages: readonly ShownMessage[]): Map<string, ShownMessage> {
  const quotes = new Map<string, ShownMessage>()
  if (!messages.some(({ replyTo }) => replyTo !== null)) return quotes
  for (const message of messages) {
    quotes.set(message.id, message)
    if (message.clientId !== undefined) quotes.set(message.clientId, message)
  }
  return quotes
}
