import type { KeyboardEvent } from 'react'

/** Up and down go from message to message, once one of them has the focus. */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
  const row = event.target instanceof Element ? event.target.closest('[data-key]') : null
  if (!row) return
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-key]')]
  const next = rows[rows.indexOf(row as HTMLElement) + (event.key === 'ArrowUp' ? -1 : 1)]
  if (!next) return
  event.preventDefault()
  next.focus()
}
