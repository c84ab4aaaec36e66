import type { MemberView } from '@roomful/client'
import { useChat, useMembers, usePresence, useRoom, useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { goToList, goToRoom } from '../app/route'
import { membersText } from '../text/members-text'
import { Avatar } from '../ui/avatar'
import { Dialog } from '../ui/dialog'
import { useAttempt } from '../ui/notices'

/** The limit of users watched at once (`LIMITS.watchedUsers`). */
const MAX_WATCHED = 200

export function MembersDialog({ myId, onClose }: { myId: string; onClose: () => void }): ReactElement {
  const chat = useChat()
  const { id } = useRoom()
  const { members, count, hasMore, isLoading, loadMore } = useMembers()
  const mayLeave = useRoomSelector((state) => state.status !== 'removed')
  const { users } = usePresence(members.slice(0, MAX_WATCHED).map(({ userId }) => userId))
  const attempt = useAttempt()

  const openDm = async (userId: string) => {
    const room = await chat.openDm([userId])
    goToRoom(room.id)
    onClose()
  }
  const leave = async () => {
    await chat.leaveRoom(id)
    goToList()
    onClose()
  }

  return (
    <Dialog title="Members" onClose={onClose}>
      <p className="muted" role="status">
        {membersText(count)}
      </p>
      <ul className="picker" aria-label="Members of this room">
        {members.map((member) => (
          <li key={member.userId} className="picker-row">
            <Avatar id={member.userId} name={member.name} />
            <span className="grow clip">
              <bdi>{member.name}</bdi>
              <span className="muted"> {describe(member, myId, users.get(member.userId)?.status)}</span>
            </span>
            {member.userId !== myId && (
              <button type="button" className="button" onClick={() => attempt(openDm(member.userId))}>
                Message<span className="visually-hidden"> {member.name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="button" disabled={isLoading} onClick={loadMore}>
          Show more
        </button>
      )}
      {mayLeave && (
        <button type="button" className="button danger" onClick={() => attempt(leave())}>
          Leave this room
        </button>
      )}
    </Dialog>
  )
}

function describe(member: MemberView, myId: string, presence: string | undefined): string {
  const facts = [
    member.userId === myId && 'you',
    member.role !== 'member' && member.role,
    member.mutedUntil !== undefined && 'muted',
    presence,
  ]
  return facts.filter(Boolean).join(' · ')
}
