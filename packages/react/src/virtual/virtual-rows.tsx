import {
  type CSSProperties,
  type FocusEvent,
  Fragment,
  forwardRef,
  type ReactElement,
  type ReactNode,
  useCallback,
  useMemo,
  useReducer,
  useRef,
  useState,
} from 'react'
import { Virtualizer, type VirtualizerHandle } from 'virtua'
import { isAtBottom } from '../scroll-ends'
import { useLayout } from '../store-hook'
import { placesKept } from './places-kept'
import { nextStage, noStage, type Stage } from './row-stages'
import type { VirtualList } from './virtual-list'

/** Rows are mounted so far beyond the view: a screen, so that a fling and an arrow key find them there. */
const BUFFER_PX = 600

/** What `VirtualRows` takes. `Item` is whatever the app makes of a message, in the order of the messages. */
export type VirtualRowsProps<Item> = {
  /** The `list` of `useVirtualMessages`. */
  readonly list: VirtualList
  readonly items: readonly Item[]
  /** The `key` of the item's message; the same function over all renders. */
  readonly keyOf: (item: Item) => string
  /** One row. What takes the keyboard focus in it has `data-key`. Memoise the component: it is asked for often. */
  readonly children: (item: Item, index: number) => ReactElement
  readonly className?: string
  /** How many px beyond the view rows are mounted, above and below. Default 600. */
  readonly bufferPx?: number
  /** So many rows, from the first on, are in the HTML of a server; none otherwise, as their heights are not known there. */
  readonly serverRows?: number
}

/**
 * The rows of a list of `useVirtualMessages`, of which only those near the view are in the document. It is the only child in
 * the flow of the element that scrolls. Each row stands in a `<div data-row>`, with its own layout: margins do not collapse
 * from row to row, and nothing in a row is `sticky` beyond it.
 */
export function VirtualRows<Item>(props: VirtualRowsProps<Item>): ReactElement {
  const { list, items, keyOf, children, className, bufferPx = BUFFER_PX, serverRows } = props
  const stage = useStage(items, keyOf)
  const handle = useRef<VirtualizerHandle>(null)
  const scroller = useRef<HTMLElement | null>(null)
  const [kept, setKept] = useState<string | null>(null)
  const { keys } = stage
  const place = kept === null ? -1 : keys.indexOf(kept)
  const committed = useRef<readonly string[]>([])
  // virtua unmounts what is above the view while a list scrolls down, and mounts it again behind that: with each message at
  // the end a dozen rows would render.
  const endKey = isAtEnd(scroller.current)
    ? committed.current[handle.current?.findItemIndex(scroller.current.scrollTop - bufferPx) ?? -1]
    : undefined
  const endPlace = endKey === undefined ? -1 : keys.lastIndexOf(endKey)
  const count = keys.length

  useLayout(() => {
    committed.current = keys
    if (handle.current) list.mounted({ keys, handle: handle.current, keep: setKept })
    if (kept === null || place >= 0) return
    // The row with the focus is not loaded any more: the list has it, not the page.
    setKept(null)
    if (document.activeElement === document.body) scroller.current?.focus({ preventScroll: true })
  })

  const box = useCallback((element: HTMLElement | null) => {
    scroller.current = element?.parentElement ?? null
  }, [])
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only notes which of its rows has the focus
    <div
      ref={box}
      className={className}
      onFocus={({ target }) => setKept(target.closest('[data-key]')?.getAttribute('data-key') ?? null)}
      onBlur={(event) => hasLeft(event) && setKept(null)}
    >
      <Virtualizer
        key={stage.generation}
        ref={handle}
        scrollRef={scroller}
        data={stage.items}
        shift={stage.shift}
        bufferSize={bufferPx}
        keepMounted={useMemo(() => placesKept(place, endPlace, count), [place, endPlace, count])}
        {...(serverRows === undefined ? {} : { ssrCount: serverRows })}
        as={Rows}
        item={Row}
        onResize={list.measured}
      >
        {(item, index) => <Fragment key={keyOf(item)}>{children(item, index)}</Fragment>}
      </Virtualizer>
    </div>
  )
}

const isAtEnd = (scroller: HTMLElement | null): scroller is HTMLElement =>
  scroller !== null && isAtBottom(scroller)

function useStage<Item>(items: readonly Item[], keyOf: (item: Item) => string): Stage<Item> {
  const shown = useRef<Stage<Item>>(noStage)
  const [, goOn] = useReducer((count: number) => count + 1, 0)
  const keys = useMemo(() => items.map(keyOf), [items, keyOf])
  const stage = nextStage(shown.current, items, keys)
  useLayout(() => {
    shown.current = stage
    if (stage.items !== items) goOn()
  })
  return stage
}

/** A window that loses the focus says so as well, and keeps its active element. */
const hasLeft = ({ currentTarget, relatedTarget, target }: FocusEvent): boolean =>
  document.activeElement !== target &&
  !(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))

type Part = { readonly style: CSSProperties; readonly children: ReactNode }

/** virtua lets nothing be clicked while it scrolls: where messages come often that would be always. */
const Rows = forwardRef<HTMLDivElement, Part>(function Rows({ style, children }, ref) {
  return (
    <div ref={ref} style={{ ...style, pointerEvents: undefined }}>
      {children}
    </div>
  )
})

const Row = forwardRef<HTMLDivElement, Part & { readonly index: number }>(function Row(
  { style, children },
  ref,
) {
  return (
    <div ref={ref} style={style} data-row="">
      {children}
    </div>
  )
})
