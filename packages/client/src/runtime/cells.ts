import { createStore, type StoreApi } from 'zustand/vanilla'
import { type ChatCore, type ChatEvent, newChat, reduceChat } from '../core/chat-core'
import type { StorageState } from '../core/chat-shape'
import { reduceRoom } from '../core/room/reduce-room'
import type { RoomCore } from '../core/room/room-core'
import type { RoomEvent } from '../core/room/room-event'

/** One room's state. `core` is the newest; the store has what listeners were told, which a batch leaves behind. */
export type RoomCell = { core: RoomCore; readonly store: StoreApi<RoomCore> }

/** Told of each room that a batch changed, before any listener is. */
export type CellWatcher = (before: RoomCore, after: RoomCore, event: RoomEvent) => void

/**
 * All state of one chat. `dispatch` is the only way to write. Everything inside one `batch` is told to listeners once,
 * when it ends; before that `settle` runs, so that what follows from the change at once is told with it.
 */
export type Cells = {
  readonly chat: () => ChatCore
  readonly chatStore: StoreApi<ChatCore>
  room(id: string): RoomCell
  all(): Iterable<RoomCell>
  dispatch(id: string, event: RoomEvent): void
  dispatchChat(event: ChatEvent): void
  batch<T>(run: () => T): T
  watch(watcher: CellWatcher): void
}

export function createCells(options: {
  storage: StorageState
  newRoom: (id: string) => RoomCore
  settle: () => void
}): Cells {
  let chat = newChat(options.storage)
  const chatStore = createStore<ChatCore>(() => chat)
  const cells = new Map<string, RoomCell>()
  const dirty = new Set<RoomCell>()
  const watchers: CellWatcher[] = []
  let depth = 0

  const batch = <T>(run: () => T): T => {
    depth++
    try {
      const result = run()
      if (depth === 1) options.settle()
      return result
    } finally {
      depth--
      if (depth === 0) flush()
    }
  }

  const dispatchChat = (event: ChatEvent): void => {
    batch(() => {
      chat = reduceChat(chat, event)
    })
  }

  /** Listeners may dispatch: what they change is a batch of its own, after this one was told whole. */
  const flush = (): void => {
    const changed = [...dirty]
    dirty.clear()
    const told = chat
    for (const { core, store } of changed) if (store.getState() !== core) store.setState(core, true)
    if (chatStore.getState() !== told) chatStore.setState(told, true)
  }

  const room = (id: string): RoomCell => {
    let cell = cells.get(id)
    if (cell === undefined) {
      const core = options.newRoom(id)
      cell = { core, store: createStore<RoomCore>(() => core) }
      cells.set(id, cell)
    }
    return cell
  }

  return {
    chat: () => chat,
    chatStore,
    room,
    all: () => cells.values(),
    dispatch: (id, event) =>
      batch(() => {
        const cell = room(id)
        const before = cell.core
        const after = reduceRoom(before, event)
        if (after === before) return
        cell.core = after
        dirty.add(cell)
        chat = reduceChat(chat, { type: 'room', before, after })
        for (const watcher of watchers) watcher(before, after, event)
      }),
    dispatchChat,
    batch,
    watch: (watcher) => watchers.push(watcher),
  }
}
