import type { ChatError } from '@roomful/client'
import { useChat } from '@roomful/react'
import { type ReactElement, useEffect, useId, useState } from 'react'
import { knownNames } from '../moderation/known-people'
import { errorText } from '../text/error-text'
import { Avatar } from '../ui/avatar'
import { useAttempt, useNotices } from '../ui/notices'

const PAGE = 20

type Blocked = { readonly ids: readonly string[]; readonly next?: string | undefined }

/** Whom the user has blocked, each with a button that ends it. The server gives ids only, see `ListBlockedAck`. */
export function BlockedPeople(): ReactElement {
  const chat = useChat()
  const attempt = useAttempt()
  const { show } = useNotices()
  const headingId = useId()
  const [blocked, setBlocked] = useState<Blocked | null>(null)
  const [error, setError] = useState<ChatError | null>(null)
  useEffect(() => {
    let isOver = false
    chat.listBlocked({ limit: PAGE }).then(
      ({ blocked: rows, next }) => isOver || setBlocked({ ids: rows.map(({ userId }) => userId), next }),
      (reason: ChatError) => isOver || setError(reason),
    )
    return () => {
      isOver = true
    }
  }, [chat])

  const more = async () => {
    if (blocked?.next === undefined) return
    const { blocked: rows, next } = await chat.listBlocked({ limit: PAGE, after: blocked.next })
    setBlocked((before) => ({ ids: [...(before?.ids ?? []), ...rows.map(({ userId }) => userId)], next }))
  }
  const unblock = async (userId: string, name: string) => {
    await chat.unblockUser(userId)
    setBlocked((before) => before && { ...before, ids: before.ids.filter((id) => id !== userId) })
    show(`${name} is not blocked any more.`)
  }

  const names = knownNames(chat)
  return (
    <section aria-labelledby={headingId} className="stack">
      <h3 id={headingId} className="picker-title">
        Blocked people
      </h3>
      {error && <p className="muted">{errorText(error)}</p>}
      {blocked && blocked.ids.length > 0 && (
        <ul className="picker" aria-labelledby={headingId}>
          {blocked.ids.map((userId) => {
            const name = names.get(userId) ?? userId
            return (
              <li key={userId} className="picker-row">
                <Avatar id={userId} name={name} />
                <bdi className="grow clip">{name}</bdi>
                <button type="button" className="button" onClick={() => attempt(unblock(userId, name))}>
                  Unblock<span className="visually-hidden"> {name}</span>
                </button>
              </li>
            )
          })}
        </ul>
      )}
      {blocked?.next !== undefined && (
        <button type="button" className="button" onClick={() => attempt(more())}>
          More
        </button>
      )}
      {blocked?.ids.length === 0 && blocked.next === undefined && <p className="muted">Nobody is blocked.</p>}
    </section>
  )
}
