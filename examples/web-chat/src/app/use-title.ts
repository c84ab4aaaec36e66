import { useChatSelector } from '@roomful/react'
import { useEffect } from 'react'

/** The unread total in the tab's title and icon, and on the installed app: all that is seen of a page in the background. */
export function useTitle(): void {
  const unread = useChatSelector((state) => state.unreadTotal)
  useEffect(() => {
    show(unread)
    return () => show(0)
  }, [unread])
}

function show(unread: number): void {
  document.title = unread > 0 ? `(${unread}) Roomful` : 'Roomful'
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]')
  if (icon) icon.href = unread > 0 ? 'icon-unread.svg' : 'icon.svg'
  // Where an app cannot be installed there is no badge.
  if (!('setAppBadge' in navigator)) return
  const done = unread > 0 ? navigator.setAppBadge(unread) : navigator.clearAppBadge()
  done.catch(() => undefined)
}
