import type { MemberView } from '@roomful/client'
import { useChat, useRoom, useRoomSelector } from '@roomful/react'
import { type ReactElement, useState } from 'react'
import { goToRoom } from '../app/route'
import { useSecondsUntil } from '../app/use-seconds-until'
import { Avatar } from '../ui/avatar'
import { Dialog } from '../ui/dialog'
import { useAttempt, useNotices } from '../ui/notices'
import { BlockQuestion } from './block-question'
import { noteName } from './known-people'
import { maySteer, muteEndOf } from './may-steer'

const MINUTE_MS = 60_000
const MUTES = [
  [10 * MINUTE_MS, '10 minutes'],
  [60 * MINUTE_MS, 'one hour'],
  [24 * 60 * MINUTE_MS, 'one day'],
] as const
/** The server's limit (`LIMITS.reasonLength`). */
const REASON_LENGTH = 500

/** A member, and what may be done with them: to write to them, and for those who moderate, to steer them. */
export function ProfileDialog({
  member,
  presence,
  onBansChange,
  onClose,
}: {
  member: MemberView
  presence: string | undefined
  /** This member was banned, or the ban undone. */
  onBansChange: () => void
  onClose: () => void
}): ReactElement {
  const chat = useChat()
  const { id: roomId } = useRoom()
  const attempt = useAttempt()
  const { show, showUndo } = useNotices()
  const role = useRoomSelector((state) => state.role)
  const type = useRoomSelector((state) => state.room?.type)
  const [reason, setReason] = useState('')
  const [asksToBlock, setAsksToBlock] = useState(false)
  const { userId, name } = member
  const isMuted = useSecondsUntil(muteEndOf(member)) > 0
  const target = { roomId, userId }
  const because = reason.trim() === '' ? {} : { reason: reason.trim() }

  const act = (work: Promise<unknown>, done: string) =>
    attempt(
      work.then(() => {
        show(done)
        onClose()
      }),
    )
  const write = async () => {
    const room = await chat.openDm([userId])
    onClose()
    goToRoom(room.id)
  }
  const block = async () => {
    noteName(chat, userId, name)
    await chat.blockUser(userId)
  }
  const ban = async () => {
    noteName(chat, userId, name)
    await chat.request('ban-member', { ...target, ...because })
    onBansChange()
    onClose()
    showUndo(`${name} is banned.`, { commit: () => {}, undo: () => attempt(unban()) })
  }
  const unban = async () => {
    await chat.request('unban-member', target)
    onBansChange()
    show(`${name} may come in again.`)
  }
  const mute = (until: string | null) => chat.request('mute-member', { ...target, until })

  return (
    <Dialog title={name} onClose={onClose}>
      <div className="profile">
        <Avatar id={userId} name={name} />
        <p className="grow muted">
          {[member.role, presence ?? 'offline', isMuted && 'muted'].filter(Boolean).join(' · ')}
        </p>
      </div>
      <button type="button" data-first className="button primary" onClick={() => attempt(write())}>
        Message
      </button>
      <button type="button" className="button" onClick={() => setAsksToBlock(true)}>
        Block
      </button>
      {type !== 'dm' && maySteer(role, member.role) && (
        <section className="stack" aria-label="Moderation">
          {role === 'owner' && (
            <button
              type="button"
              className="button"
              onClick={() =>
                act(
                  chat.request('set-role', { ...target, role: member.role === 'admin' ? 'member' : 'admin' }),
                  member.role === 'admin' ? `${name} is a member now.` : `${name} is an admin now.`,
                )
              }
            >
              {member.role === 'admin' ? 'Make a member' : 'Make an admin'}
            </button>
          )}
          <div className="button-row">
            {!isMuted ? (
              MUTES.map(([ms, text]) => (
                <button
                  key={ms}
                  type="button"
                  className="button"
                  onClick={() =>
                    act(mute(new Date(Date.now() + ms).toISOString()), `${name} is muted for ${text}.`)
                  }
                >
                  Mute for {text}
                </button>
              ))
            ) : (
              <button
                type="button"
                className="button"
                onClick={() => act(mute(null), `${name} may write again.`)}
              >
                End the mute
              </button>
            )}
          </div>
          <label className="field">
            <span>Reason, for the record</span>
            <input
              maxLength={REASON_LENGTH}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          </label>
          <div className="button-row">
            <button
              type="button"
              className="button danger"
              onClick={() =>
                act(chat.request('remove-member', { ...target, ...because }), `${name} was removed.`)
              }
            >
              Remove
            </button>
            <button type="button" className="button danger" onClick={() => attempt(ban())}>
              Ban
            </button>
          </div>
        </section>
      )}
      {asksToBlock && (
        <BlockQuestion
          name={name}
          onConfirm={() => act(block(), `${name} is blocked: no more invitations or messages.`)}
          onClose={() => setAsksToBlock(false)}
        />
      )}
    </Dialog>
  )
}
