import type { RowPlace, RowsPort } from '../rows-port'

/** The rows of one list, mounted or not: made by `useVirtualMessages`, rendered by `VirtualRows`. */
export type VirtualList = RowsPort & {
  /**
   * Gives the keyboard focus to the element with `data-key={key}`, and brings it into view; mounts its row where it is not.
   * Does nothing for a key that is not in the list. A row with the focus stays mounted wherever one scrolls.
   */
  focus(key: string): void
  /** The key of the first row in view; null before there is one. */
  top(): string | null
  /** Calls the listener when `top` changes, until the function that is returned is called. */
  subscribe(listener: () => void): () => void
  /** What is mounted now. `VirtualRows` calls it after each commit. */
  mounted(rows: MountedRows): void
  /** Rows have been measured. `VirtualRows` calls it before the paint. */
  measured(): void
}

/** What is asked of virtua, in px from the first row's upper edge: its own types are no app's. */
export type RowSizes = {
  findItemIndex(offset: number): number
  getItemOffset(index: number): number
  getItemSize(index: number): number
}

export type MountedRows = {
  readonly keys: readonly string[]
  readonly handle: RowSizes
  /** Mounts the row and keeps it. */
  readonly keep: (key: string) => void
}

/** A scroll position is rounded by the browser: closer than this it is the one that was set. */
const SAME_PX = 2

/**
 * virtua keeps what is in view in its place while rows above change; what this adds is a row that is held at a height until
 * the user scrolls: where a jump lands nothing is measured, and each measurement moves it.
 */
export function createVirtualList(): VirtualList {
  let scroller: HTMLElement | null = null
  let mounted: MountedRows | null = null
  let places: ReadonlyMap<string, number> = new Map()
  let changed = () => {}
  let held: RowPlace | null = null
  let heldScrollTop = 0
  let top: string | null = null
  let focusKey: string | null = null
  const listeners = new Set<() => void>()

  const first = (): RowPlace | null => {
    if (!scroller || !mounted) return null
    const { keys, handle } = mounted
    const index = handle.findItemIndex(scroller.scrollTop)
    const key = keys[index]
    return key === undefined ? null : { key, top: handle.getItemOffset(index) - scroller.scrollTop }
  }

  const lookAtTop = () => {
    const next = first()?.key ?? null
    if (next === top) return
    top = next
    for (const listener of listeners) listener()
  }

  const hold = () => {
    const place = held && places.get(held.key)
    if (!scroller || !mounted || !held || typeof place !== 'number') return
    scroller.scrollTop = mounted.handle.getItemOffset(place) - held.top
    heldScrollTop = scroller.scrollTop
  }

  const onScroll = () => {
    if (scroller && held && Math.abs(scroller.scrollTop - heldScrollTop) > SAME_PX) held = null
    lookAtTop()
  }

  /** A row that is mounted and not measured yet is hidden, and takes no focus. */
  const focusMounted = () => {
    if (focusKey === null) return
    const row = scroller?.querySelector<HTMLElement>(`[data-key="${CSS.escape(focusKey)}"]`)
    if (!row || getComputedStyle(row).visibility === 'hidden') return
    focusKey = null
    row.focus({ preventScroll: true })
  }

  /** As far as it takes, no further. */
  const reveal = (key: string, place: number) => {
    if (!scroller || !mounted) return
    const { clientHeight, scrollTop } = scroller
    const rowTop = mounted.handle.getItemOffset(place) - scrollTop
    const lowest = clientHeight - mounted.handle.getItemSize(place)
    if (rowTop >= 0 && rowTop <= lowest) return
    held = { key, top: rowTop < 0 ? 0 : Math.max(0, lowest) }
    hold()
  }

  return {
    attach: (element, onChange) => {
      scroller = element
      changed = onChange
      element.addEventListener('scroll', onScroll)
      return () => {
        element.removeEventListener('scroll', onScroll)
        changed = () => {}
        held = null
      }
    },
    first,
    show: (keys, px) => {
      const key = keys.find((one) => places.has(one))
      if (key === undefined) return undefined
      held = { key, top: px }
      hold()
      return key
    },
    showEnd: () => {
      held = null
      if (scroller) scroller.scrollTop = scroller.scrollHeight
    },
    hold,
    focus: (key) => {
      const place = places.get(key)
      if (place === undefined) return
      focusKey = key
      mounted?.keep(key)
      reveal(key, place)
      focusMounted()
    },
    top: () => top,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    mounted: (rows) => {
      if (rows.keys !== mounted?.keys) places = new Map(rows.keys.map((key, place) => [key, place]))
      mounted = rows
      focusMounted()
      lookAtTop()
    },
    measured: () => {
      changed()
      focusMounted()
      lookAtTop()
    },
  }
}
