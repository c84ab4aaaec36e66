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
  const wasMember = useRoomSelector((state) => state.room !== null)
  const text = error ? errorText(error) : 'You are not a member any more.'
  return (
    <EmptyState
      title={wasMember ? 'You are no longer in this room' : 'This room cannot be opened'}
      text={text}
    >
      <div className="empty-actions">
        <button type="button" className="button" onClick={() => attempt(chat.joinRoom(id))}>
          Join this room
        </button>
        <button type="button" className="button primary" onClick={onBrowse}>
          Find another room
        </button>
      </div>
    </EmptyState>
  )
}
