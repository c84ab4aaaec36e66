import { isGrowing, type ShownMessage } from '@roomful/client'
import { useChatSelector, useRoom } from '@roomful/react'
import type { ReactElement } from 'react'
import { useAttempt } from '../ui/notices'
import { useMayPin } from './use-may-pin'

/** How a message that grows goes on: a button to stop it, or how it was cut short. */
export function StreamState({ message }: { message: ShownMessage }): ReactElement | null {
  const room = useRoom()
  const attempt = useAttempt()
  const moderates = useMayPin()
  const me = useChatSelector(({ user }) => user?.id)
  const { stream } = message
  if (stream?.state === 'interrupted') return <span className="edited">interrupted</span>
  if (stream?.state === 'cancelled') return <span className="edited">stopped</span>
  if (!isGrowing(message) || message.seq === 0) return null
  const mayStop = moderates || message.senderId === me || stream?.for === me
  return mayStop ? (
    <button type="button" className="stop" onClick={() => attempt(room.cancelStream(message.id))}>
      Stop
    </button>
  ) : null
}
