import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { linkTo } from '../app/route'
import { useLoad } from '../loading/use-load'
import { number, time } from '../text/text'
import { FailureNote } from '../ui/failure-note'
import { ViewTitle } from '../ui/view-title'

/** The endpoints of the server's options, and those that only the database knows. */
export function WebhooksView(): ReactElement {
  const api = useApi()
  const loaded = useLoad(useCallback((signal: AbortSignal) => api.webhooks.list({}, { signal }), [api]))
  const webhooks = loaded.value?.webhooks
  return (
    <>
      <ViewTitle>Webhooks</ViewTitle>
      {loaded.status === 'failed' && <FailureNote failure={loaded.failure} onRetry={loaded.reload} />}
      {loaded.status === 'loading' && webhooks === undefined && <p className="muted">Loading …</p>}
      {webhooks?.length === 0 && <p className="card empty muted">This server has no webhooks.</p>}
      {webhooks !== undefined && webhooks.length > 0 && (
        <div className="card table-card">
          <table>
            <thead>
              <tr>
                <th scope="col">Endpoint</th>
                <th scope="col" className="wide-only">
                  Address
                </th>
                <th scope="col" className="figure-cell">
                  Waiting
                </th>
                <th scope="col" className="wide-only">
                  Since
                </th>
                <th scope="col" className="figure-cell">
                  Dead
                </th>
              </tr>
            </thead>
            <tbody>
              {webhooks.map(({ id, url, waiting, oldestAt, dead }) => (
                <tr key={id}>
                  <td>
                    <a href={linkTo(['webhooks', id])}>{id}</a>
                  </td>
                  <td className="wide-only">
                    {url === null ? (
                      <span className="badge">not configured</span>
                    ) : (
                      <code className="id" title={url}>
                        {url}
                      </code>
                    )}
                  </td>
                  <td className="figure-cell">{number(waiting)}</td>
                  <td className="time-cell wide-only">{oldestAt === null ? '–' : time(oldestAt)}</td>
                  <td className="figure-cell">
                    {dead > 0 ? <span className="badge strong">{number(dead)}</span> : number(dead)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
