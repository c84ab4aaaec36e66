import type { ShownMessage } from '@roomful/client'
import { useChatSelector, useRoom, useRoomSelector } from '@roomful/react'
import type { ReactElement } from 'react'
import { useAttempt } from '../ui/notices'
import { whoReacted } from './who-reacted'

export function Reactions({ message }: { message: ShownMessage }): ReactElement | null {
  if (message.reactions.length === 0) return null
  return <ReactionChips message={message} />
}

function ReactionChips({ message }: { message: ShownMessage }): ReactElement {
  const room = useRoom()
  const attempt = useAttempt()
  const myId = useChatSelector((state) => state.user?.id)
  const members = useRoomSelector((state) => state.members)
  return (
    <ul className="reactions" aria-label="Reactions">
      {message.reactions.map(({ emoji, count, users, mine }) => {
        const isMine = mine ?? users.some((userId) => userId === myId)
        const who = whoReacted({ users, count, isMine, myId }, members)
        return (
          <li key={emoji}>
            <button
              type="button"
              className="chip"
              aria-pressed={isMine}
              aria-label={`${emoji}, ${count}: ${who}`}
              title={`${who}: ${emoji}`}
              onClick={() => attempt(room.react(message.id, emoji, isMine ? 'remove' : 'add'))}
            >
              <span>{emoji}</span> <span className="chip-count">{count}</span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
