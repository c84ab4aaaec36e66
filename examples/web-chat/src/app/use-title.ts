import { useChatSelector } from '@roomful/react'
import { useEffect } from 'react'

/** The unread total in the tab's title: it is all that a user sees of a page in the background. */
export function useTitle(): void {
  const unread = useChatSelector((state) => state.unreadTotal)
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Roomful` : 'Roomful'
    return () => {
      document.title = 'Roomful'
    }
  }, [unread])
}
