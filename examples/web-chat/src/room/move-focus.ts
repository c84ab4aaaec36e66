import type { KeyboardEvent } from 'react'
import { focusField } from '../composer/composer-context'

const STEPS = {
  ArrowUp: (at: number, last: number) => (at < 0 ? last : at - 1),
  ArrowDown: (at: number) => at + 1,
  Home: () => 0,
  End: (_: number, last: number) => last,
} as const

/**
 * From the list itself up leads to the last message; on a message, up and down, Home and End move on through all that are
 * loaded, whether they are mounted or not, and Escape goes back to the field.
 */
export function moveFocus(
  event: KeyboardEvent<HTMLElement>,
  keys: readonly string[],
  focus: (key: string) => void,
): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
  const { target, currentTarget, key } = event
  const row = target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null
  // In a menu or a field of a row the keys are its own.
  if (row !== target && target !== currentTarget) return
  if (key === 'Escape' && row) {
    focusField()
    event.preventDefault()
    return
  }
  if (!(key in STEPS)) return
  const at = row ? keys.indexOf(row.dataset.key ?? '') : -1
  if (at < 0 && key === 'ArrowDown') return
  const next = keys[STEPS[key as keyof typeof STEPS](at, keys.length - 1)]
  if (next === undefined) return
  event.preventDefault()
  focus(next)
}
