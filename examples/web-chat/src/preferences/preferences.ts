import { useSyncExternalStore } from 'react'

/** What a user has chosen for this browser, whoever is signed in. */
export type Preferences = {
  readonly theme: 'system' | 'light' | 'dark'
  /** `list`: all on one side, close together. `bubbles`: own messages on the other side. */
  readonly layout: 'list' | 'bubbles'
  /** `plain`: messages as they were typed, byte for byte. */
  readonly text: 'markdown' | 'plain'
  readonly notifications: 'off' | 'on'
  /** Ids of rooms that show no notifications; at most 500. */
  readonly silentRooms: readonly string[]
}
type Choices = Omit<Preferences, 'silentRooms'>

/** The first of each is the default. */
export const CHOICES = {
  theme: ['system', 'light', 'dark'],
  layout: ['list', 'bubbles'],
  text: ['markdown', 'plain'],
  notifications: ['off', 'on'],
} as const satisfies { [Name in keyof Choices]: readonly Choices[Name][] }
const MOST_SILENT = 500

const STORAGE_KEY = 'roomful.preferences'
const listeners = new Set<() => void>()
let current = load()

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current)
}

export function choose(change: Partial<Preferences>): void {
  apply({ ...current, ...change })
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(current))
  } catch {
    // Storage is forbidden or full: it holds as long as the page.
  }
}

export function silence(roomId: string, isSilent: boolean): void {
  const others = current.silentRooms.filter((id) => id !== roomId)
  choose({ silentRooms: isSilent ? [...others, roomId].slice(-MOST_SILENT) : others })
}

/** Before the first paint, so that no other theme is seen first. Then other tabs' choices are followed. */
export function startPreferences(): void {
  apply(current)
  window.addEventListener('storage', ({ key }) => {
    if (key === STORAGE_KEY || key === null) apply(load())
  })
}

function apply(next: Preferences): void {
  current = next
  const { dataset } = document.documentElement
  dataset.theme = next.theme
  dataset.layout = next.layout
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? 'null')
    return preferencesFrom(stored)
  } catch {
    // Storage is forbidden, or holds something else.
    return preferencesFrom(null)
  }
}

/** Whatever some version stored: what it does not know is the default. */
export function preferencesFrom(stored: unknown): Preferences {
  const fields = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>
  return {
    theme: oneOf(CHOICES.theme, fields.theme),
    layout: oneOf(CHOICES.layout, fields.layout),
    text: oneOf(CHOICES.text, fields.text),
    notifications: oneOf(CHOICES.notifications, fields.notifications),
    silentRooms: Array.isArray(fields.silentRooms)
      ? fields.silentRooms.filter((id) => typeof id === 'string').slice(-MOST_SILENT)
      : [],
  }
}

function oneOf<Choice>(choices: readonly [Choice, ...Choice[]], value: unknown): Choice {
  return choices.find((choice) => choice === value) ?? choices[0]
}
