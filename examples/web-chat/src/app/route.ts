import { useSyncExternalStore } from 'react'

const PREFIX = '#/rooms/'

/** The address names the open room: a reload, the back button and a copied link all lead to it. */
export function useRoomRoute(): string | null {
  return useSyncExternalStore(subscribe, roomInAddress)
}

export function hrefOfRoom(id: string): string {
  return PREFIX + encodeURIComponent(id)
}

export function goToRoom(id: string, mode: 'push' | 'replace' = 'push'): void {
  if (mode === 'push') window.location.hash = hrefOfRoom(id)
  else window.location.replace(hrefOfRoom(id))
}

export function goToList(): void {
  window.location.hash = '#/'
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener)
  return () => window.removeEventListener('hashchange', listener)
}

function roomInAddress(): string | null {
  const { hash } = window.location
  if (!hash.startsWith(PREFIX)) return null
  try {
    return decodeURIComponent(hash.slice(PREFIX.length)) || null
  } catch {
    // An incomplete percent sequence, typed by hand.
    return null
  }
}
