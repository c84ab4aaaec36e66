import type { devtools as middleware } from 'zustand/middleware'
import { createStore } from 'zustand/vanilla'
import type { ChatState } from '../chat'
import type { ChatStore } from '../engine/chat-store'
import { createRoomView } from '../model/view/room-view'
import type { RoomState } from '../room'

/**
 * zustand's `devtools` middleware, as an app passes it. Its own type would come into the declarations of every app, and
 * names `Window`, which a program for Node has not.
 */
export type Devtools = (initializer: () => object, options?: { name?: string }) => object

type Shown = {
  readonly chat: ChatState
  /** Those in which something has happened. */
  readonly rooms: Readonly<Record<string, RoomState>>
}

/**
 * Shows the chat and its rooms in the Redux DevTools, with each event of a room as an action. A separate store, for
 * looking only: a state that is chosen there changes nothing in the chat.
 */
export function showInDevtools(devtools: Devtools, store: ChatStore, chat: () => ChatState): void {
  const views = new Map<string, ReturnType<typeof createRoomView>>()
  const initial = (): Shown => ({ chat: chat(), rooms: {} })
  // The one place where it gets its own type back.
  const shown = createStore<Shown>()((devtools as typeof middleware)(initial, { name: 'roomful' }))

  store.watch((_, after, event) => {
    const view = views.get(after.id) ?? createRoomView()
    views.set(after.id, view)
    const rooms = { ...shown.getState().rooms, [after.id]: view(after) }
    shown.setState({ rooms }, false, { ...event, type: `${after.id}: ${event.type}` })
  })
  store.chatTopic.observers.add(() => shown.setState({ chat: chat() }, false, 'chat'))
}
