/// <reference types="vite/client" />

import { useConnection } from '@roomful/react'
import { useEffect } from 'react'

/** What is kept for later does not share the network with what is waited for now. */
const AFTER_MS = 5_000

/** From the second visit on the page opens without a network too. Not while it is developed: it would show old code. */
export function useInstallOffline(): void {
  const isOnline = useConnection().status === 'online'
  useEffect(() => {
    if (!isOnline || !import.meta.env.PROD || !('serviceWorker' in navigator)) return
    const timer = setTimeout(() => {
      navigator.serviceWorker
        .register(new URL('service-worker.js', document.baseURI))
        // Such as in a private window: then the page needs a network, as any other.
        .catch((error: unknown) => console.warn('the page cannot be opened offline', error))
    }, AFTER_MS)
    return () => clearTimeout(timer)
  }, [isOnline])
}
