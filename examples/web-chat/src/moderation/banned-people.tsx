import type { ChatError } from '@roomful/client'
import { useChat, useRoom } from '@roomful/react'
import { type ReactElement, useCallback, useEffect, useId, useState } from 'react'
import { errorText } from '../text/error-text'
import { Avatar } from '../ui/avatar'
import { useAttempt, useNotices } from '../ui/notices'
import { bannedIn } from './banned'
import { knownNames } from './known-people'

/** The server's limit of a page. */
const PAGE = 100

type Entry = { readonly id: string; readonly action: string; readonly targetId: string | null }
type Log = { readonly entries: readonly Entry[]; readonly next?: string | undefined }

/**
 * Who is banned from the room, for those who moderate it; nothing if nobody is. It comes from the room's log, of which
 * one page is read at first. `version`: it is read again when this changes.
 */
export function BannedPeople({ version }: { version: number }): ReactElement | null {
  const chat = useChat()
  const { id: roomId } = useRoom()
  const attempt = useAttempt()
  const { show } = useNotices()
  const headingId = useId()
  const [log, setLog] = useState<Log>({ entries: [] })
  const [error, setError] = useState<ChatError | null>(null)

  const page = useCallback(
    (after?: string): Promise<Log> =>
      chat.request('fetch-audit', { roomId, limit: PAGE, ...(after === undefined ? {} : { after }) }),
    [chat, roomId],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is what it reads again for
  useEffect(() => {
    let isOver = false
    page().then(
      (first) => {
        if (isOver) return
        setLog(first)
        setError(null)
      },
      (reason: ChatError) => isOver || setError(reason),
    )
    return () => {
      isOver = true
    }
  }, [page, version])

  const more = async () => {
    const older = await page(log.next)
    setLog({ entries: [...log.entries, ...older.entries], next: older.next })
  }
  const lift = async (userId: string, name: string) => {
    await chat.request('unban-member', { roomId, userId })
    setLog(await page())
    show(`${name} may come in again.`)
  }

  const banned = bannedIn(log.entries)
  if (error)
    return (
      <p className="error-text" role="alert">
        {errorText(error)}
      </p>
    )
  if (banned.length === 0 && log.next === undefined) return null
  const names = knownNames(chat)
  return (
    <section aria-labelledby={headingId} className="stack">
      <h3 id={headingId} className="picker-title">
        Banned from this room
      </h3>
      {banned.length > 0 && (
        <ul className="picker" aria-labelledby={headingId}>
          {banned.map((userId) => {
            const name = names.get(userId) ?? userId
            return (
              <li key={userId} className="picker-row">
                <Avatar id={userId} name={name} />
                <bdi className="grow clip">{name}</bdi>
                <button type="button" className="button" onClick={() => attempt(lift(userId, name))}>
                  Lift the ban<span className="visually-hidden"> of {name}</span>
                </button>
              </li>
            )
          })}
        </ul>
      )}
      {log.next !== undefined && (
        <button type="button" className="button" onClick={() => attempt(more())}>
          Look for older bans
        </button>
      )}
    </section>
  )
}
