import type { ShownMessage } from '@roomful/client'
import type { ReactElement } from 'react'
import { Icon } from '../ui/icon'

/** The tick on the user's own message. */
export function MessageStatus({ message, isRead }: { message: ShownMessage; isRead: boolean }): ReactElement {
  return <span className={`tick ${isRead ? 'is-read' : ''}`}>{tick(message, isRead)}</span>
}

function tick({ status, changing }: ShownMessage, isRead: boolean): ReactElement {
  switch (status) {
    case 'queued':
      return <Icon name="clock" label="Waiting for the connection" />
    case 'sending':
      return <Icon name="clock" label="Sending" />
    case 'failed':
      return <Icon name="alert" label="Not sent" />
    case 'sent':
      if (changing) return <Icon name="clock" label="Saving" />
      return isRead ? <Icon name="read" label="Read" /> : <Icon name="check" label="Sent" />
  }
}
