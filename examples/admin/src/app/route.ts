import { useSyncExternalStore } from 'react'

/** The part of the address after `#`: parts between slashes, and what is searched for. Never a key. */
export type Route = { readonly parts: readonly string[]; readonly query: string }

export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?')
  const parts = path.split('/').flatMap((part) => (part === '' ? [] : decoded(part)))
  return { parts, query: new URLSearchParams(search).get('q') ?? '' }
}

export function linkTo(parts: readonly string[], query = ''): string {
  const search = query === '' ? '' : `?${new URLSearchParams({ q: query })}`
  return `#/${parts.map(encodeURIComponent).join('/')}${search}`
}

export function goTo(parts: readonly string[], query = ''): void {
  window.location.hash = linkTo(parts, query)
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => window.location.hash))
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener('hashchange', onChange)
  return () => window.removeEventListener('hashchange', onChange)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // Typed by hand, with a lone percent sign.
    return part
  }
}
