const FLASH_MS = 1_200

/** Scrolls to the first row that the selector names, and lets it flash. Nothing where it is not loaded. */
export function showRow(selector: string): void {
  const row = document.querySelector<HTMLElement>(selector)
  if (!row) return
  row.scrollIntoView({ block: 'center' })
  row.focus({ preventScroll: true })
  row.classList.add('flash')
  setTimeout(() => row.classList.remove('flash'), FLASH_MS)
}
