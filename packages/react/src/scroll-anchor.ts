/** A row on screen, and where it stood: `top` px below the scroller's edge while that was scrolled by `scrollTop`. */
export type Anchor = { readonly row: Element; readonly top: number; readonly scrollTop: number }

/** Closer than this to the end counts as at the bottom: sub-pixel layouts and a nudge of the wheel. */
const BOTTOM_SLACK_PX = 40

export function pxBelow(scroller: HTMLElement): number {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight
}

export function isAtBottom(scroller: HTMLElement): boolean {
  return pxBelow(scroller) <= BOTTOM_SLACK_PX
}

export function topOf(scroller: HTMLElement, row: Element): number {
  return row.getBoundingClientRect().top - scroller.getBoundingClientRect().top
}

/** The first row with a key of which something can be seen. Rows stand below each other: found by halving. */
export function firstVisible(scroller: HTMLElement): Anchor | null {
  const rows = scroller.firstElementChild?.children ?? []
  const edge = scroller.getBoundingClientRect().top
  let low = 0
  for (let high = rows.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) > edge) high = middle
    else low = middle + 1
  }
  let row = rows[low] ?? null
  while (row && !row.hasAttribute('data-key')) row = row.nextElementSibling
  return row && { row, top: topOf(scroller, row), scrollTop: scroller.scrollTop }
}

/** Puts the row back where it stood, plus what the reader himself has scrolled since. */
export function restore(scroller: HTMLElement, { row, top, scrollTop }: Anchor): void {
  if (row.isConnected) scroller.scrollTop += topOf(scroller, row) - top + scroller.scrollTop - scrollTop
}
