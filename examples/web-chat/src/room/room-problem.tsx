import type { ChatError } from '@roomful/client'
import { useChat, useRoom, useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { errorText } from '../text/error-text'
import { EmptyState } from '../ui/empty-state'
import { useAttempt } from '../ui/notices'

/** The room cannot be shown: the user left it, was removed from it, or was never in it. A public one can be joined. */
export function RoomProblem({ onBrowse }: { onBrowse: () => void }): ReactElement {
  const chat = useChat()
  const { id } = useRoom()
  const attempt = useAttempt()
  const error = useRoomSelector((state) => state.error)
  const row = useRoomSelector((state) => state.room)
  const { title, text, mayJoin } = problemOf(error, row?.type)
  return (
    <EmptyState title={title} text={text}>
      <div className="empty-actions">
        {mayJoin && (
          <button type="button" className="button" onClick={() => attempt(chat.joinRoom(id))}>
            Join this room
          </button>
        )}
        <button type="button" className="button primary" onClick={onBrowse}>
          Find another room
        </button>
      </div>
    </EmptyState>
  )
}

type Problem = { readonly title: string; readonly text: string; readonly mayJoin: boolean }

/** `type`: undefined for a room that this user was never in. */
function problemOf(error: ChatError | null, type: string | undefined): Problem {
  const mayJoin = type === undefined || type === 'public'
  switch (error?.removal) {
    case 'left':
      return { title: 'You left this room', text: 'Its messages are no longer on this device.', mayJoin }
    case 'kicked':
      return {
        title: 'You were removed from this room',
        text: 'Somebody who moderates it took you out.',
        mayJoin,
      }
    case 'banned':
      return {
        title: 'You are banned from this room',
        text: 'Somebody who moderates it banned you. Only they can lift that.',
        mayJoin: false,
      }
    case 'deleted':
      return {
        title: 'This room was deleted',
        text: 'It is gone for everybody, with its messages.',
        mayJoin: false,
      }
    case undefined:
      if (error && error.code !== 'ROOM_NOT_FOUND')
        return { title: 'This room cannot be opened', text: errorText(error), mayJoin }
      return {
        title: type === undefined ? 'You are not in this room' : 'You are no longer in this room',
        text: 'If it is public you can join it. To a private one somebody who is in it has to invite you.',
        mayJoin,
      }
  }
}
