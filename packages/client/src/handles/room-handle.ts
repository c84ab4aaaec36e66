import { createRoomView } from '../model/view/room-view'
import type { Room } from '../room'
import type { HandleContext, HandleRoom } from './handle-context'
import { createRoomOpening } from './room-opening'
import { createRoomPages } from './room-pages'
import { createRoomSends } from './room-sends'
import { createTypingSignal } from './signals'
import { createRoomStream } from './stream'
import { createViewStore } from './view-store'

/** One room's public handle, put together from its parts. */
function createRoomHandle(context: HandleContext, id: string): Room {
  const { cells } = context.session
  const cell = cells.room(id)
  const view = createRoomView()
  const state = () => view(cell.last ?? cell.core)
  const room: HandleRoom = { ...context, id, cell, state }
  const setTyping = createTypingSignal(context.session, id)
  const opening = createRoomOpening(room)

  return {
    id,
    getState: state,
    messages: () => state().messages,
    ...createViewStore(cell.topic, state),
    ...opening,
    ...createRoomSends(room, () => setTyping(false)),
    ...createRoomPages(room),
    setTyping,
    // What is no text would stand where the disk expects one.
    setDraft: (text) => typeof text === 'string' && cells.dispatch(id, { type: 'draft', text }),
    stream: createRoomStream(room, opening),
  }
}

/** The same handle for the same room, each time. */
export function createRoomHandles(context: HandleContext): (id: string) => Room {
  const handles = new Map<string, Room>()
  return (given) => {
    const id = String(given)
    const handle = handles.get(id) ?? createRoomHandle(context, id)
    handles.set(id, handle)
    return handle
  }
}
