import { useChatSelector } from '@roomful/react'
import { useEffect } from 'react'

/** How much is unread, in the tab's title: that is all one sees of a page in the background. */
export function useTitle(): void {
  const unread = useChatSelector((state) => state.unreadTotal)
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) Roomful` : 'Roomful'
    return () => {
      document.title = 'Roomful'
    }
  }, [unread])
}
