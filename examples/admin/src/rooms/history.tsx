import { type ReactElement, useCallback } from 'react'
import { useApi } from '../api/api'
import { usePages } from '../loading/use-pages'
import { Pager } from '../ui/pager'
import { MessageRow } from './message-row'

const OLDER = { previous: 'Newer', next: 'Older' }

/** The messages of a room, the newest page first. */
export function History({ roomId }: { readonly roomId: string }): ReactElement {
  const api = useApi()
  const pages = usePages(
    useCallback(
      async (before: number | undefined, signal: AbortSignal) => {
        const place = before === undefined ? {} : { before }
        const { messages, next } = await api.messages.list({ roomId, newest: true, ...place }, { signal })
        return { rows: messages, next }
      },
      [api, roomId],
    ),
  )
  return (
    <Pager pages={pages} empty="There is no message in this room." names={OLDER}>
      {(messages) => (
        <ol className="card messages">
          {messages.map((message) => (
            <MessageRow key={message.id} message={message} />
          ))}
        </ol>
      )}
    </Pager>
  )
}
