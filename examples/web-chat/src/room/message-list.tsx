import type { ShownMessage } from '@roomful/client'
import { useMessageScroll, useMessages, useRoomSelector } from '@roomful/react'
import { Fragment, type ReactElement, useMemo } from 'react'
import { MessageRow } from '../message/message-row'
import { dayLabel } from '../text/time'
import { feedOf } from './feed'
import { JumpButton } from './jump-button'
import { moveFocus } from './move-focus'
import { NoMessages } from './no-messages'

export function MessageList({ myId }: { myId: string }): ReactElement {
  const messages = useMessages()
  const { ref, atBottom, newCount, dividerSeq, scrollToBottom } = useMessageScroll()
  const feed = useMemo(() => feedOf(messages, dividerSeq), [messages, dividerSeq])
  const quotes = useMemo(() => quotesOf(messages), [messages])
  const readSeq = useRoomSelector((state) => Math.max(0, ...state.reads.values()))

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
        onKeyDown={moveFocus}
      >
        <div className="rows">
          <HistoryEdge />
          {feed.map(({ message, startsDay, startsGroup, startsUnread, position }) => (
            <Fragment key={message.key}>
              {startsDay && (
                <div className="day" data-testid="day">
                  <time dateTime={message.createdAt}>{dayLabel(message.createdAt)}</time>
                </div>
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
                isRead={message.seq > 0 && message.seq <= readSeq}
                startsGroup={startsGroup}
                position={position}
              />
            </Fragment>
          ))}
        </div>
        {messages.length === 0 && <NoMessages />}
      </div>
      {!atBottom && <JumpButton newCount={newCount} onClick={scrollToBottom} />}
    </div>
  )
}

/** Above the oldest: always as high, so that loading moves nothing. */
function HistoryEdge(): ReactElement {
  const isLoading = useRoomSelector((state) => state.loadingOlder)
  const isStart = useRoomSelector((state) => !state.hasOlder && state.messages.length > 0)
  return (
    <p className="history-edge muted">
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
