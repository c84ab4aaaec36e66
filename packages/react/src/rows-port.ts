/** A row, and how many px below the upper edge of the scrolling element it stands; negative: above it. */
export type RowPlace = { readonly key: string; readonly top: number }

/**
 * Where the rows of a list are, and how one of them comes into view: what `useMessageScroll` asks of whatever lays the rows
 * out. Without one it reads them from the document; `@roomful/react/virtual` has one for rows that are mounted only near the
 * view. With another virtualizer implement these five functions and give them as `rows`, the same object over all renders.
 *
 * Rows are named by the `key` of their message. All functions are called after the commit that shows the rows.
 */
export type RowsPort = {
  /** `changed` is called whenever a size has changed, before it is painted, until the function that is returned is called. */
  attach(scroller: HTMLElement, changed: () => void): () => void
  /** The first row of which something is in view. */
  first(): RowPlace | null
  /**
   * Brings the first of these rows that the list has to `top` px below the edge, and holds it there while rows around it are
   * measured, until the user scrolls. Returns its key; undefined: the list has none of them, and nothing moves.
   */
  show(keys: readonly string[], top: number): string | undefined
  /** Brings the end into view. */
  showEnd(): void
  /**
   * Rows came, went or changed their size, and the user reads away from the end: puts what `first` last returned, or `show`
   * brought, back to its place. Empty where a virtualizer does that by itself.
   */
  hold(): void
}
