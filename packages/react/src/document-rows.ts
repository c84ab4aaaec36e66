import type { RowsPort } from './rows-port'

/** A row on screen, and where it stood: `top` px below the scroller's edge while that was scrolled by `scrollTop`. */
type Anchor = { readonly row: Element; readonly top: number; readonly scrollTop: number }

/** Rows that are all in the document: children of the only child of the scrolling element, with their key in `data-key`. */
export function documentRows(): RowsPort {
  let scroller: HTMLElement | null = null
  let anchor: Anchor | null = null

  const first = () => {
    anchor = scroller && firstVisible(scroller)
    const key = anchor?.row.getAttribute('data-key')
    return anchor && key ? { key, top: anchor.top } : null
  }
  return {
    attach: (element, changed) => {
      scroller = element
      const sizes = new ResizeObserver(changed)
      for (const box of [element, ...element.children]) sizes.observe(box)
      return () => sizes.disconnect()
    },
    first,
    show: (keys, top) => {
      if (!scroller) return undefined
      const rows = rowsOf(scroller)
      for (const key of keys) {
        const row = rows.get(key)
        if (!row) continue
        scroller.scrollTop += topOf(scroller, row) - top
        first()
        return key
      }
      return undefined
    },
    showEnd: () => {
      if (scroller) scroller.scrollTop = scroller.scrollHeight
    },
    hold: () => {
      if (!scroller || !anchor?.row.isConnected) return
      // Where it stood, plus what the user has scrolled since.
      const { row, top, scrollTop } = anchor
      scroller.scrollTop += topOf(scroller, row) - top + scroller.scrollTop - scrollTop
    },
  }
}

function topOf(scroller: HTMLElement, row: Element): number {
  return row.getBoundingClientRect().top - scroller.getBoundingClientRect().top
}

/** The first row with a key of which something can be seen. Rows stand below each other: found by halving. */
function firstVisible(scroller: HTMLElement): Anchor | null {
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

/** The rows by the keys of their messages. */
function rowsOf(scroller: HTMLElement): ReadonlyMap<string | null, Element> {
  const rows = [...scroller.querySelectorAll('[data-key]')]
  return new Map(rows.map((row) => [row.getAttribute('data-key'), row]))
}
