import type { MemberView } from '@roomful/client'
import { useChat, useMembers, usePresence, useRoom, useRoomSelector } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { goToList, goToRoom } from '../app/route'
import { BannedPeople } from '../moderation/banned-people'
import { isMutedAt, moderates } from '../moderation/may-steer'
import { ProfileDialog } from '../moderation/profile-dialog'
import { useMuteClock } from '../moderation/use-mute-clock'
import { membersText } from '../text/members-text'
import { Avatar } from '../ui/avatar'
import { ConfirmDialog } from '../ui/confirm-dialog'
import { Dialog } from '../ui/dialog'
import { useAttempt } from '../ui/notices'
import { HandOver } from './hand-over'

/** The limit of users watched at once (`LIMITS.watchedUsers`). */
const MAX_WATCHED = 200

export function MembersDialog({ myId, onClose }: { myId: string; onClose: () => void }): ReactElement {
  const chat = useChat()
  const { id } = useRoom()
  const { members, count, hasMore, isLoading, loadMore } = useMembers()
  const role = useRoomSelector((state) => state.role)
  const type = useRoomSelector((state) => state.room?.type)
  const mayLeave = useRoomSelector((state) => state.status !== 'removed')
  const { users } = usePresence(members.slice(0, MAX_WATCHED).map(({ userId }) => userId))
  const attempt = useAttempt()
  const [asks, setAsks] = useState<'nothing' | 'leave' | 'hand-over'>('nothing')
  const [shown, setShown] = useState<string | null>(null)
  const [bansVersion, setBansVersion] = useState(0)
  const now = useMuteClock(members)
  const profile = members.find(({ userId }) => userId === shown)
  const isLastOwner = role === 'owner' && count > 1

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
            <Avatar id={member.userId} name={member.name} url={member.avatarUrl} />
            {member.userId === myId ? (
              <span className="grow clip">
                <bdi>{member.name}</bdi>
                <span className="muted">
                  {' '}
                  {describe(member, myId, now, users.get(member.userId)?.status)}
                </span>
              </span>
            ) : (
              <button type="button" className="person grow clip" onClick={() => setShown(member.userId)}>
                <bdi>{member.name}</bdi>
                <span className="muted">
                  {' '}
                  {describe(member, myId, now, users.get(member.userId)?.status)}
                </span>
              </button>
            )}
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
      {moderates(role, type) && <BannedPeople version={bansVersion} />}
      {mayLeave && type !== 'dm' && (
        <button
          type="button"
          className="button danger"
          onClick={() => setAsks(isLastOwner ? 'hand-over' : 'leave')}
        >
          Leave this room
        </button>
      )}
      {profile && (
        <ProfileDialog
          member={profile}
          presence={users.get(profile.userId)?.status}
          onBansChange={() => setBansVersion((version) => version + 1)}
          onClose={() => setShown(null)}
        />
      )}
      {asks === 'leave' && (
        <ConfirmDialog
          action="Leave this room"
          text={
            type === 'public'
              ? 'Its messages leave this device. You can join again at any time.'
              : 'Its messages leave this device. You can come back only by an invitation.'
          }
          onConfirm={() => attempt(leave())}
          onClose={() => setAsks('nothing')}
        />
      )}
      {asks === 'hand-over' && (
        <HandOver
          candidates={members.filter(({ userId }) => userId !== myId)}
          onDone={() => attempt(leave())}
          onClose={() => setAsks('nothing')}
        />
      )}
    </Dialog>
  )
}

function describe(member: MemberView, myId: string, nowMs: number, presence: string | undefined): string {
  const facts = [
    member.userId === myId && 'you',
    member.role !== 'member' && member.role,
    isMutedAt(member, nowMs) && 'muted',
    presence,
  ]
  return facts.filter(Boolean).join(' · ')
}
