import type { ChatError } from '@roomful/client'
import { useChat, useRoom } from '@roomful/react'
import { type ReactElement, useCallback, useEffect, useState } from 'react'
import { errorText } from '../text/error-text'
import { shownText } from '../text/shown-text'
import { fullTime } from '../text/time'
import { Dialog } from '../ui/dialog'
import { useAttempt } from '../ui/notices'

type Case = {
  readonly id: string
  readonly reason: string
  readonly createdAt: string
  readonly message: { readonly id: string; readonly sender: string; readonly text: string } | null
}
const PAGE = 20

/** What was reported in this room and nobody has settled, the oldest first. */
export function ReportsDialog({ onClose }: { onClose: () => void }): ReactElement {
  const chat = useChat()
  const room = useRoom()
  const attempt = useAttempt()
  const [cases, setCases] = useState<readonly Case[] | null>(null)
  const [error, setError] = useState<ChatError | null>(null)

  const load = useCallback(async () => {
    const { reports } = await chat.request('list-reports', { roomId: room.id, limit: PAGE })
    const found = await Promise.all(
      reports.map(async ({ id, reason, createdAt }): Promise<Case> => {
        const { messages } = await chat.request('fetch-report', { roomId: room.id, reportId: id })
        const last = messages.at(-1)
        const message = last && { id: last.id, sender: last.senderName, text: shownText(last) }
        return { id, reason, createdAt, message: last?.deleted ? null : (message ?? null) }
      }),
    )
    setCases(found)
  }, [chat, room])
  useEffect(() => {
    load().catch(setError)
  }, [load])

  const settle = async ({ id, message }: Case, resolution: 'dismissed' | 'deleted') => {
    if (resolution === 'deleted' && message) await room.delete(message.id)
    await chat.request('resolve-report', { roomId: room.id, reportId: id, resolution })
    await load()
  }

  return (
    <Dialog title="Reported messages" onClose={onClose}>
      {error && (
        <p className="error-text" role="alert">
          {errorText(error)}
        </p>
      )}
      <ul className="stack" aria-label="Reports">
        {cases?.map((report) => (
          <li key={report.id} className="report">
            <p>
              {report.message ? (
                <>
                  <bdi className="sender">{report.message.sender}</bdi> {report.message.text}
                </>
              ) : (
                <span className="muted">The message is not there any more.</span>
              )}
            </p>
            <p className="muted hint">
              {report.reason || 'No reason given'} · {fullTime(report.createdAt)}
            </p>
            <div className="button-row">
              <button type="button" className="button" onClick={() => attempt(settle(report, 'dismissed'))}>
                Leave it
              </button>
              {report.message && (
                <button
                  type="button"
                  className="button danger"
                  onClick={() => attempt(settle(report, 'deleted'))}
                >
                  Delete it
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {cases?.length === 0 && (
        <p className="muted" role="status">
          Nothing is reported.
        </p>
      )}
    </Dialog>
  )
}
