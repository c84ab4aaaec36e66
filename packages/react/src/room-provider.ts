import type { Room, RoomState } from '@roomful/client'
import { createContext, createElement, type ReactElement, type ReactNode, useContext, useEffect } from 'react'
import { provided, useChat, useHydrated } from './chat-provider'
import { type IsEqual, shownInState, useStore } from './store-hook'

/**
 * How long a room stays open after a component let go of it. StrictMode unmounts and mounts again in one tick, and a
 * change of page mounts the next component shortly after: neither should leave and rejoin. The room counts, so what
 * is opened in the meantime stays open.
 */
export const RELEASE_DELAY_MS = 1_000

export const RoomContext = createContext<Room | null>(null)

/**
 * Opens a room for as long as it is mounted, and gives it to the hooks below. Several providers of one room count;
 * the room is closed a moment after the last is gone.
 *
 * @example
 * const General = () => <RoomProvider id="general"><Messages /></RoomProvider>
 */
export function RoomProvider({ id, children }: { id: string; children?: ReactNode }): ReactElement {
  return createElement(RoomContext.Provider, { value: useRoom(id) }, children)
}

/** The room of the nearest `RoomProvider`; with an `id`, that room, held open for as long as the caller is mounted. */
export function useRoom(id?: string): Room {
  const chat = useChat()
  const above = useContext(RoomContext)
  const room = provided(id === undefined ? above : chat.room(id), 'RoomProvider')
  const named = id !== undefined
  useEffect(() => {
    if (!named) return
    room.open().catch(shownInState)
    return () => void setTimeout(() => room.close(), RELEASE_DELAY_MS)
  }, [named, room])
  return room
}

/**
 * Any value of the room's state; renders again only when the value changes (`Object.is`, or your own `isEqual`).
 *
 * @example
 * const mayWrite = useRoomSelector((state) => !state.room?.settings.archived)
 */
export function useRoomSelector<T>(selector: (state: RoomState) => T, isEqual?: IsEqual<T>): T {
  const room = useRoom()
  const { source, idle } = useHydrated().room(room)
  return useStore(source, idle, selector, isEqual)
}
