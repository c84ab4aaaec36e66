import type { Report } from '@roomful/admin'
import type { ReactElement } from 'react'
import { linkTo } from '../app/route'
import { time } from '../text/text'
import { Id } from '../ui/names'
import { ReportContext } from './report-context'

type Props = { readonly report: Report; readonly onResolved: () => void }

/** One report: why, by whom, and the message among its neighbours. */
export function ReportCard({ report, onResolved }: Props): ReactElement {
  const { reporterId, reason, createdAt, resolvedAt, resolvedBy, resolution } = report
  return (
    <li className="card report">
      <p className="report-reason" dir="auto">
        {reason === '' ? <span className="muted">No reason was given.</span> : reason}
      </p>
      <p className="muted small">
        Reported by{' '}
        <a href={linkTo(['users', reporterId])}>
          <Id>{reporterId}</Id>
        </a>
        , <time dateTime={createdAt}>{time(createdAt)}</time>
      </p>
      {resolvedAt !== null && (
        <p className="small">
          <span className="badge">{resolution}</span> by {resolvedBy === null ? '?' : <Id>{resolvedBy}</Id>},{' '}
          <time dateTime={resolvedAt}>{time(resolvedAt)}</time>
        </p>
      )}
      <ReportContext report={report} onResolved={onResolved} />
    </li>
  )
}
