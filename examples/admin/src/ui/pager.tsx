import type { ReactElement, ReactNode } from 'react'
import type { Pages } from '../loading/use-pages'
import { FailureNote } from './failure-note'

type Props<Row> = {
  readonly pages: Pages<Row>
  /** What is shown instead of an empty list. */
  readonly empty: string
  /** Names of the buttons where they go back in time; they then stand above the list too. */
  readonly names?: { readonly previous: string; readonly next: string }
  readonly children: (rows: readonly Row[]) => ReactNode
}

/** A page of a list, and the way to those before and after it. */
export function Pager<Row>({ pages, empty, names, children }: Props<Row>): ReactElement {
  const { loaded, reload, next, previous } = pages
  const rows = loaded.value?.rows
  const isLast = next === undefined
  const buttons = (previous || next) && (
    <div className="pager-buttons">
      <button type="button" className="button" disabled={!previous} onClick={previous}>
        {names?.previous ?? 'Previous page'}
      </button>
      <button type="button" className="button" disabled={isLast} onClick={next}>
        {names?.next ?? 'Next page'}
      </button>
    </div>
  )
  return (
    <div className="pager" aria-busy={loaded.status === 'loading'}>
      {names && rows !== undefined && rows.length > 0 && buttons}
      {loaded.status === 'failed' && <FailureNote failure={loaded.failure} onRetry={reload} />}
      {loaded.status === 'loading' && rows === undefined && <p className="muted">Loading …</p>}
      {rows?.length === 0 && loaded.status === 'ready' && (
        <p className="card empty muted">{isLast ? empty : 'Nothing among those searched so far.'}</p>
      )}
      {rows !== undefined && rows.length > 0 && children(rows)}
      {buttons}
    </div>
  )
}
