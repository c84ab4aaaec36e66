import { useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { errorText } from '../text/error-text'
import { EmptyState } from '../ui/empty-state'

/** The room cannot be shown: it is gone, or was never one's own. */
export function RoomProblem({ onBrowse }: { onBrowse: () => void }): ReactElement {
  const error = useRoomSelector((state) => state.error)
  const wasRemoved = useRoomSelector((state) => state.status === 'removed')
  const text = error ? errorText(error) : 'You are not a member any more.'
  return (
    <EmptyState
      title={wasRemoved ? 'You are no longer in this room' : 'This room cannot be opened'}
      text={text}
    >
      <button type="button" className="button primary" onClick={onBrowse}>
        Find another room
      </button>
    </EmptyState>
  )
}
