import { useChat, useInvitations } from '@roomful/react'
import type { ReactElement } from 'react'
import { goToRoom } from '../app/route'
import { useAttempt } from '../ui/notices'
import { RoomAvatar } from './room-avatar'

/** The inviter is notified only of an acceptance. */
export function InvitationList(): ReactElement {
  const chat = useChat()
  const attempt = useAttempt()
  const invitations = useInvitations()

  const accept = async (roomId: string) => {
    await chat.acceptInvitation(roomId)
    goToRoom(roomId)
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
                <button
                  type="button"
                  className="button danger"
                  onClick={() => attempt(chat.blockUser(inviter.id))}
                >
                  Block
                </button>
              </div>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
