import { useChat, useInvitations } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { goToRoom } from '../app/route'
import { BlockQuestion } from '../moderation/block-question'
import { noteName } from '../moderation/known-people'
import { useAttempt, useNotices } from '../ui/notices'
import { RoomAvatar } from './room-avatar'

/** The inviter is notified only of an acceptance. */
export function InvitationList(): ReactElement {
  const chat = useChat()
  const attempt = useAttempt()
  const { show } = useNotices()
  const invitations = useInvitations()
  const [asksOf, setAsksOf] = useState<{ readonly id: string; readonly name: string } | null>(null)

  const accept = async (roomId: string) => {
    await chat.acceptInvitation(roomId)
    goToRoom(roomId)
  }
  const block = async ({ id, name }: { readonly id: string; readonly name: string }) => {
    noteName(chat, id, name)
    await chat.blockUser(id)
    show(`${name} is blocked: no more invitations or messages.`)
  }

  return (
    <section aria-label="Invitations" className="invitations">
      <ul className="picker">
        {invitations.map(({ roomId, name, type, inviter }) => {
          const what = type === 'dm' ? 'wants to talk to you' : `invites you to ${name}`
          return (
            <li key={roomId} className="invitation">
              <div className="picker-row">
                <RoomAvatar
                  id={type === 'dm' ? inviter.id : roomId}
                  name={inviter.name}
                  type={type}
                  url={inviter.avatarUrl}
                />
                <span className="grow">
                  <bdi>{inviter.name}</bdi> <span className="muted">{what}</span>
                </span>
              </div>
              <div className="invitation-answers">
                <button type="button" className="button" onClick={() => attempt(accept(roomId))}>
                  Accept
                </button>
                <button
                  type="button"
                  className="button"
                  onClick={() => attempt(chat.declineInvitation(roomId))}
                >
                  Decline
                </button>
                <button type="button" className="button danger" onClick={() => setAsksOf(inviter)}>
                  Block<span className="visually-hidden"> {inviter.name}</span>
                </button>
              </div>
            </li>
          )
        })}
      </ul>
      {asksOf && (
        <BlockQuestion
          name={asksOf.name}
          onConfirm={() => attempt(block(asksOf))}
          onClose={() => setAsksOf(null)}
        />
      )}
    </section>
  )
}
