import { createRoomView } from '../model/view/room-view'
import type { Room } from '../room'
import type { HandleContext, HandleRoom } from './handle-context'
import { createRoomHistory } from './history'
import { createRoomOpening } from './room-opening'
import { createRoomPages } from './room-pages'
import { createRoomSends } from './room-sends'
import { createRoomStreams } from './send-stream'
import { createTypingSignal } from './signals'
import { createRoomStream } from './stream'
import { createViewStore } from './view-store'

/** One room's public handle, put together from its parts. */
function createRoomHandle(context: HandleContext, id: string): Room {
  const { store } = context.engine
  const slot = store.room(id)
  const view = createRoomView()
  const state = () => view(slot.lastShown ?? slot.model)
  const room: HandleRoom = { ...context, id, slot, state }
  const setTyping = createTypingSignal(context.engine, id)
  const opening = createRoomOpening(room)

  return {
    id,
    getState: state,
    messages: () => state().messages,
    ...createViewStore(slot.topic, state),
    ...opening,
    ...createRoomSends(room, () => setTyping(false)),
    ...createRoomStreams(room),
    ...createRoomPages(room),
    setTyping,
    // A value that is not a text would be stored where the disk expects one.
    setDraft: (text) => typeof text === 'string' && store.dispatch(id, { type: 'draft', text }),
    stream: createRoomStream(room, opening),
    history: createRoomHistory(room),
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
