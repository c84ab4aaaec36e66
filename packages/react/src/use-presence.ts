import type { Chat, ChatError } from '@roomful/client'
import { useMemo } from 'react'
import { useChat } from './chat-provider'
import { type Source, useStore } from './store-hook'

export type PresenceView = {
  readonly userId: string
  readonly status: 'online' | 'away' | 'offline'
  readonly lastSeenAt: string | null
}
/** `error`: why the last look failed; what was known before stays. */
export type PresenceState = {
  readonly users: ReadonlyMap<string, PresenceView>
  readonly error: ChatError | null
}

const NOBODY: PresenceState = { users: new Map(), error: null }
const all = (state: PresenceState) => state

/** The client hands out no presence events, so the server is asked again this often. */
export const PRESENCE_REFRESH_MS = 30_000

/**
 * Who of these users (at most 200) is online, away or offline. A user who is not yet known, or with whom one shares
 * no room, is not in the map. Looked up every 30 s and after each reconnect: call it once for a list, not once a row.
 *
 * @example
 * const { users } = usePresence(useMembers().map(({ userId }) => userId))
 * const isOnline = users.get(message.senderId)?.status === 'online'
 */
export function usePresence(userIds: readonly string[]): PresenceState {
  const chat = useChat()
  // A list written inline is a new one each time: what counts is what is in it. Ids have no blanks.
  const joined = userIds.join(' ')
  const source = useMemo(() => lookUp(chat, joined), [chat, joined])
  return useStore(source, NOBODY, all)
}

function lookUp(chat: Chat, joined: string): Source<PresenceState> {
  let state = NOBODY
  return {
    getState: () => state,
    subscribe: (listener) => {
      const set = (next: PresenceState) => {
        state = next
        listener()
      }
      const ask = () => {
        clearTimeout(timer)
        // Offline there is nobody to ask; coming online asks.
        if (!joined || chat.getState().connection.status !== 'online') return
        timer = setTimeout(ask, PRESENCE_REFRESH_MS)
        chat.request('watch-presence', { userIds: joined.split(' ') }).then(
          ({ presence }) => set({ users: new Map(presence.map((user) => [user.userId, user])), error: null }),
          (error: ChatError) => {
            if (error.retry === 'never') clearTimeout(timer)
            set({ ...state, error })
          },
        )
      }
      // Not at once: StrictMode subscribes twice.
      let timer = setTimeout(ask)
      const stop = chat.select((now) => now.connection.status, ask)
      return () => {
        clearTimeout(timer)
        stop()
      }
    },
  }
}
