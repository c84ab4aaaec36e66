import { useChatSelector, useConnection } from '@roomful/react'
import type { ReactElement } from 'react'
import { errorText } from '../text/error-text'
import { Icon } from '../ui/icon'
import { useOnline } from './use-online'
import { useSecondsUntil } from './use-seconds-until'

/** Says the truth about the line, and nothing while all is well. */
export function ConnectionBanner(): ReactElement {
  const text = useConnectionText()
  const unsent = useChatSelector((state) => state.unsent)
  const waiting =
    unsent > 0 ? ` ${unsent === 1 ? 'One change waits' : `${unsent} changes wait`} to be sent.` : ''
  return (
    <div className="connection" role="status" data-testid="connection">
      {text !== null && (
        <p>
          <Icon name="offline" />
          <span>
            {text}
            {waiting}
          </span>
        </p>
      )}
    </div>
  )
}

function useConnectionText(): string | null {
  const connection = useConnection()
  const hasNetwork = useOnline()
  const seconds = useSecondsUntil(connection.status === 'waiting' ? connection.retryAt : null)
  switch (connection.status) {
    case 'online':
    case 'idle':
      return null
    case 'connecting':
      if (!hasNetwork) return 'You are offline.'
      return connection.attempt > 1 ? 'Reconnecting…' : null
    case 'waiting':
      if (!hasNetwork) return 'You are offline.'
      return seconds > 0 ? `Connection lost. Reconnecting in ${seconds} s…` : 'Connection lost. Reconnecting…'
    case 'stopped':
      return connection.error ? `Disconnected. ${errorText(connection.error)}` : 'Disconnected.'
  }
}
