import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { from, usePages } from '../loading/use-pages'
import { time } from '../text/text'
import { Id } from '../ui/names'
import { Pager } from '../ui/pager'

const OLDER = { previous: 'Newer', next: 'Older' }
/** The id of the app's backend, which is no user. */
const BACKEND = 'roomful:server'

export function AuditLog({ roomId }: { readonly roomId: string }): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (after: string | undefined, signal: AbortSignal) => {
        const { entries, next } = await api.moderation.audit({ roomId, ...from(after) }, { signal })
        return { rows: entries, next }
      },
      [api, roomId],
    ),
  )
  return (
    <Pager pages={pages} empty="No moderator has done anything in this room." names={OLDER}>
      {(entries) => (
        <ol className="card audit">
          {entries.map(({ id, actorId, action, targetId, reason, createdAt }) => (
            <li key={id}>
              <p className="message-head">
                <strong>{action}</strong>
                {targetId !== null && <Id>{targetId}</Id>}
                <span>by {actorId === BACKEND ? 'the backend' : <Id>{actorId}</Id>}</span>
                <time className="muted small" dateTime={createdAt}>
                  {time(createdAt)}
                </time>
              </p>
              {reason !== null && (
                <p className="message-text" dir="auto">
                  {reason}
                </p>
              )}
            </li>
          ))}
        </ol>
      )}
    </Pager>
  )
}
