import { useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { EmptyState } from '../ui/empty-state'

/** Shown in place of the messages while there are none. */
export function NoMessages(): ReactElement {
  const status = useRoomSelector((state) => state.status)
  switch (status) {
    case 'live':
      return <EmptyState title="No messages yet" text="Write the first one." />
    case 'offline':
      return (
        <EmptyState title="Not connected" text="Messages appear here as soon as the connection is back." />
      )
    case 'idle':
    case 'loading':
    case 'catching-up':
    case 'removed':
      return <EmptyState title="Loading messages…" />
  }
}
