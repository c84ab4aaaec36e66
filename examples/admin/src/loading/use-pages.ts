import { useCallback, useState } from 'react'
import { type Loaded, useLoad } from './use-load'

export type Page<Row, Cursor> = { readonly rows: readonly Row[]; readonly next?: Cursor | undefined }
export type LoadPage<Row, Cursor> = (
  cursor: Cursor | undefined,
  signal: AbortSignal,
) => Promise<Page<Row, Cursor>>

export type Pages<Row> = {
  readonly loaded: Loaded<Page<Row, unknown>>
  readonly reload: () => void
  /** Undefined: there is no such page. */
  readonly next: (() => void) | undefined
  readonly previous: (() => void) | undefined
}

/**
 * One page of a list at a time, so that what the tab holds does not grow with the list. The cursors of the pages before
 * are kept, to go back. For another list, give the component another `key`.
 */
export function usePages<Row, Cursor>(load: LoadPage<Row, Cursor>): Pages<Row> {
  const [cursors, setCursors] = useState<readonly (Cursor | undefined)[]>([undefined])
  const cursor = cursors.at(-1)
  const loadPage = useCallback((signal: AbortSignal) => load(cursor, signal), [load, cursor])
  const { reload, ...loaded } = useLoad(loadPage)
  const next = loaded.status === 'ready' ? loaded.value.next : undefined
  return {
    loaded,
    reload,
    next: next === undefined ? undefined : () => setCursors((before) => [...before, next]),
    previous: cursors.length === 1 ? undefined : () => setCursors((before) => before.slice(0, -1)),
  }
}

/** The cursor of a list in the server API: left out for the first page. */
export const from = (after: string | undefined): { after?: string } => (after === undefined ? {} : { after })
/** What is searched for, if anything is. */
export const searchFor = (query: string): { query?: string } => (query === '' ? {} : { query })
