import type { Chat, ChatState, Room, RoomState } from '@roomful/client'
import type { DehydratedChat, DehydratedRoom } from './dehydrate'
import { IDLE_CHAT, IDLE_ROOM } from './idle'
import type { Source } from './store-hook'

/** A source, and what it is before it has begun: what the server renders and the page hydrates. */
export type Hydrated<S> = { readonly source: Source<S>; readonly idle: S }

/** A chat as its provider gives it out: without dehydrated state, the chat itself. */
export type HydratedChat = {
  readonly chat: Hydrated<ChatState>
  room(room: Room): Hydrated<RoomState>
}

/**
 * Until the chat knows something itself, by its local copy or the server, its hooks show what the server rendered.
 * Otherwise the rows would vanish after the first paint, to come back with the connection.
 */
export function hydrate(chat: Chat, dehydrated: DehydratedChat | undefined): HydratedChat {
  const rooms = new Map<string, { readonly room: Room; readonly hydrated: Hydrated<RoomState> }>()
  const make = (room: Room): Hydrated<RoomState> => {
    const found = dehydrated?.rooms.find(({ id }) => id === room.id)
    if (found === undefined) return { source: room, idle: { ...IDLE_ROOM, id: room.id } }
    const idle = roomOf(found)
    return { idle, source: untilBegun(chat, room, idle) }
  }
  return {
    chat: hydrateChat(chat, dehydrated),
    room: (room) => {
      const known = rooms.get(room.id)
      if (known?.room === room) return known.hydrated
      const hydrated = make(room)
      rooms.set(room.id, { room, hydrated })
      return hydrated
    },
  }
}

function hydrateChat(chat: Chat, dehydrated: DehydratedChat | undefined): Hydrated<ChatState> {
  if (dehydrated === undefined) return { source: chat, idle: IDLE_CHAT }
  const idle: ChatState = { ...IDLE_CHAT, ...dehydrated.chat }
  const isOpen = (live: ChatState): boolean =>
    live.user === null && live.connection.status !== 'online' && !isStopped(live)
  return {
    idle,
    source: after(chat, (live) => (isOpen(live) ? { ...live, ...dehydrated.chat } : live)),
  }
}

const roomOf = ({ reads, ...rest }: DehydratedRoom): RoomState => ({
  ...IDLE_ROOM,
  ...rest,
  status: 'catching-up',
  reads: new Map(reads),
})

/** It has rows of its own, or has found out that it is not the user's. */
function hasBegun({ status, messages }: RoomState): boolean {
  const isWaiting = status === 'idle' || status === 'loading' || status === 'offline'
  return !isWaiting || messages.some(({ seq }) => seq > 0)
}

const isStopped = ({ connection }: ChatState): boolean => connection.status === 'stopped'

/** For good: a room that is emptied, as by signing out, looks as before it has begun. */
function untilBegun(chat: Chat, room: Room, idle: RoomState): Source<RoomState> {
  let isOver = false
  const before = after(room, (live) => merged(live, idle))
  return {
    subscribe: (listener) => {
      const stops = [room.subscribe(listener), chat.select(isStopped, listener)]
      return () => {
        for (const stop of stops) stop()
      }
    },
    getState: () => {
      const live = room.getState()
      isOver ||= hasBegun(live) || isStopped(chat.getState())
      return isOver ? live : before.getState()
    },
  }
}

/** What was sent meanwhile is shown behind the rows. */
const merged = (live: RoomState, { status, ...idle }: RoomState): RoomState => ({
  ...idle,
  status: live.status === 'offline' ? 'offline' : status,
  messages: [...idle.messages, ...live.messages],
  draft: live.draft,
  error: live.error,
})

/** The same state gives the same object, which React relies on. */
function after<S>(source: Source<S>, shown: (live: S) => S): Source<S> {
  let last: { readonly live: S; readonly shown: S } | undefined
  return {
    subscribe: source.subscribe,
    getState: () => {
      const live = source.getState()
      if (last?.live !== live) last = { live, shown: shown(live) }
      return last.shown
    },
  }
}
