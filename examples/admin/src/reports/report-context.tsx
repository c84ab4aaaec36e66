import type { Admin, Message, Report } from '@roomful/admin'
import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { useLoad } from '../loading/use-load'
import { MessageRow } from '../rooms/message-row'
import { FailureNote } from '../ui/failure-note'
import { ReportActs } from './report-acts'

/** How the room went on says as much as how it came to it. */
const MESSAGES_AFTER = 5

type Context = {
  /** Undefined: the message is not kept any more. */
  readonly reported: Message | undefined
  readonly messages: readonly Message[]
}

async function contextOf(api: Admin, { roomId, id }: Report, signal: AbortSignal): Promise<Context> {
  const { report, messages } = await api.moderation.report({ roomId, reportId: id }, { signal })
  const reported = messages.find((message) => message.id === report.messageId)
  if (!reported) return { reported, messages }
  const page = { roomId, after: reported.seq, limit: MESSAGES_AFTER }
  const later = await api.messages.list(page, { signal })
  return { reported, messages: [...messages, ...later.messages] }
}

type Props = { readonly report: Report; readonly onResolved: () => void }

export function ReportContext({ report, onResolved }: Props): ReactElement {
  const api = useApi()
  const loaded = useLoad(useCallback((signal: AbortSignal) => contextOf(api, report, signal), [api, report]))
  const context = loaded.value
  return (
    <div aria-busy={loaded.status === 'loading'}>
      {loaded.status === 'failed' && <FailureNote failure={loaded.failure} onRetry={loaded.reload} />}
      {context && !context.reported && <p className="muted">The message is not kept any more.</p>}
      {context && (
        <ol className="messages context">
          {context.messages.map((message) => (
            <MessageRow key={message.id} message={message} isReported={message.id === report.messageId} />
          ))}
        </ol>
      )}
      {context && report.resolvedAt === null && (
        <ReportActs report={report} reported={context.reported} onResolved={onResolved} />
      )}
    </div>
  )
}
