import type { Chat, ChatState, RoomState } from '@roomful/client'

const MESSAGES = 50
/** A page's HTML carries all of it. */
const MESSAGES_MAX = 200
const LIST_MAX = 100

/** What a server has rendered with, as JSON: goes to the page, whose first render must be the same. */
export type DehydratedChat = {
  readonly version: 1
  readonly chat: Pick<ChatState, 'user' | 'rooms' | 'invitations' | 'unreadTotal'>
  readonly rooms: readonly DehydratedRoom[]
}

/** One room of it: the newest messages, and who is there. */
export type DehydratedRoom = Pick<
  RoomState,
  | 'id'
  | 'room'
  | 'role'
  | 'messages'
  | 'pins'
  | 'unread'
  | 'lastReadSeq'
  | 'lastSeq'
  | 'members'
  | 'memberCount'
  | 'hasOlder'
> & { readonly reads: readonly (readonly [string, number])[] }

/**
 * The state of a chat and of some of its rooms, for `ChatProvider` on the server and in the page. Bounded: the newest
 * `messages` of each room (50; at most 200), and 100 of each list. Drafts, unsent messages and errors stay behind. It is
 * the user's own: never cache a page with it for others.
 *
 * @example
 * async function page(): Promise<string> {
 *   const chat = createChat({ url, auth, storage: 'memory' })
 *   await chat.room('general').open()
 *   const dehydrated = dehydrate(chat, { rooms: ['general'] })
 *   await chat.close()
 *   const App = () => <ChatProvider chat={chat} dehydrated={dehydrated}><Messages /></ChatProvider>
 *   const { renderToString } = await import('react-dom/server')
 *   return `${renderToString(<App />)}<script>window.chatState = ${serializeDehydrated(dehydrated)}</script>`
 * }
 */
export function dehydrate(
  chat: Pick<Chat, 'getState' | 'room'>,
  options: { readonly rooms?: readonly string[]; readonly messages?: number } = {},
): DehydratedChat {
  const count = Math.min(options.messages ?? MESSAGES, MESSAGES_MAX)
  const { user, rooms, invitations, unreadTotal } = chat.getState()
  return {
    version: 1,
    chat: {
      ...{ user, unreadTotal },
      rooms: rooms.slice(0, LIST_MAX),
      invitations: invitations.slice(0, LIST_MAX),
    },
    rooms: (options.rooms ?? []).map((id) => dehydrateRoom(chat.room(id).getState(), count)),
  }
}

function dehydrateRoom(state: RoomState, count: number): DehydratedRoom {
  const { id, room, role, pins, unread, lastReadSeq, lastSeq, memberCount } = state
  const confirmed = state.messages.filter(({ status }) => status === 'sent')
  const messages = count > 0 ? confirmed.slice(-count) : []
  return {
    ...{ id, room, role, pins, unread, lastReadSeq, lastSeq, memberCount },
    messages: messages.map(({ error: _, changing: __, ...message }) => message),
    hasOlder: state.hasOlder || messages.length < confirmed.length,
    members: state.members.slice(0, LIST_MAX),
    reads: [...state.reads].slice(0, LIST_MAX),
  }
}

const UNSAFE = /[<>&\u2028\u2029]/g

/**
 * As a JavaScript expression for a `<script>`: whatever a user has written, it cannot end the script. A framework that
 * passes props to the page (Next, React Router) does this by itself.
 */
export function serializeDehydrated(state: DehydratedChat): string {
  return JSON.stringify(state).replace(
    UNSAFE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
