import type { VirtualMessages } from '@roomful/react/virtual'
import type { ReactElement } from 'react'
import { Icon } from '../ui/icon'

/** Over the end of the list, while one reads elsewhere: back to where a jump began, and to the newest. */
export function ListPills({
  atBottom,
  newCount,
  canGoBack,
  goBack,
  scrollToBottom,
}: Pick<
  VirtualMessages,
  'atBottom' | 'newCount' | 'canGoBack' | 'goBack' | 'scrollToBottom'
>): ReactElement | null {
  if (atBottom && !canGoBack) return null
  const text = newCount === 1 ? '1 new message' : `${newCount} new messages`
  return (
    <div className="pills">
      {canGoBack && (
        <button type="button" className="pill" title="Where you were before" onClick={goBack}>
          <Icon name="back" />
          Back
        </button>
      )}
      {!atBottom && (
        <button type="button" className={`pill ${newCount > 0 ? 'has-new' : ''}`} onClick={scrollToBottom}>
          <Icon name="down" />
          {newCount > 0 ? text : <span className="visually-hidden">Jump to latest</span>}
        </button>
      )}
    </div>
  )
}
