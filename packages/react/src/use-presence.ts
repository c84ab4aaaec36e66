import type { PresenceState } from '@roomful/client'
import { useMemo } from 'react'
import { useChat } from './chat-provider'
import { useStore } from './store-hook'

const NOBODY: PresenceState = { users: new Map(), error: null }
const all = (state: PresenceState) => state

/**
 * Who of these users (at most 200 at once, over all hooks) is online, away or offline, as the server pushes it. A user
 * who is not yet known is not in the map. The list may be written inline.
 *
 * @example
 * function Sender({ message }: { message: ShownMessage }) {
 *   const { users } = usePresence([message.senderId])
 *   return <b>{message.senderName} {users.get(message.senderId)?.status === 'online' && '•'}</b>
 * }
 */
export function usePresence(userIds: readonly string[]): PresenceState {
  const chat = useChat()
  // A list written inline is a new one each time: what counts is what is in it. Ids have no blanks.
  const joined = userIds.join(' ')
  const watch = useMemo(() => chat.presence(joined ? joined.split(' ') : []), [chat, joined])
  return useStore(watch, NOBODY, all)
}
