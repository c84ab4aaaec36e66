import { type ReactElement, useCallback, useState } from 'react'
import { useApi } from '../api/api'
import { from, usePages } from '../loading/use-pages'
import { Pager } from '../ui/pager'
import { ReportCard } from './report-card'

/** A moderator reads one after the other, each with its messages. */
const REPORTS_A_PAGE = 10

export function Reports({ roomId }: { readonly roomId: string }): ReactElement {
  const [resolved, setResolved] = useState(false)
  return (
    <>
      <label className="check">
        <input type="checkbox" checked={resolved} onChange={(event) => setResolved(event.target.checked)} />
        Show resolved reports
      </label>
      <ReportList key={String(resolved)} roomId={roomId} resolved={resolved} />
    </>
  )
}

type ListProps = { readonly roomId: string; readonly resolved: boolean }

function ReportList({ roomId, resolved }: ListProps): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: string | undefined, signal: AbortSignal) => {
        const page = { roomId, resolved, limit: REPORTS_A_PAGE, ...from(after) }
        const { reports, next } = await api.moderation.reports(page, { signal })
        return { rows: reports, next }
      },
      [api, roomId, resolved],
    ),
  )
  const empty = resolved ? 'No report of this room was resolved.' : 'No report of this room is open.'
  return (
    <Pager pages={pages} empty={empty}>
      {(reports) => (
        <ul className="reports">
          {reports.map((report) => (
            <ReportCard key={report.id} report={report} onResolved={pages.reload} />
          ))}
        </ul>
      )}
    </Pager>
  )
}
