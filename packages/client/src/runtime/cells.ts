import { type ChatCore, type ChatEvent, newChat, reduceChat } from '../core/chat-core'
import type { StorageState } from '../core/chat-shape'
import { reduceRoom } from '../core/room/reduce-room'
import type { RoomCore } from '../core/room/room-core'
import type { RoomEvent } from '../core/room/room-event'
import type { Clock } from '../ports/clock'
import { createNotifier, newTopic, type Topic } from './notifier'
import { attempt, type Report } from './report'

/** One room's state, and who is notified of it. */
export type RoomCell = { core: RoomCore; readonly topic: Topic }

/** Called for each room that a batch changed, before any listener. */
export type CellWatcher = (before: RoomCore, after: RoomCore, event: RoomEvent) => void

/**
 * All state of one chat. `dispatch` is the only way to write. Everything inside one `batch` is one notification, when it
 * ends; before that `settle` runs, so that what follows from the change at once belongs to it. Then the state is whole:
 * first the client's own observers are called, then the app's listeners (see the notifier).
 */
export type Cells = {
  readonly chat: () => ChatCore
  readonly chatTopic: Topic
  room(id: string): RoomCell
  all(): Iterable<RoomCell>
  dispatch(id: string, event: RoomEvent): void
  dispatchChat(event: ChatEvent): void
  batch<T>(run: () => T): T
  watch(watcher: CellWatcher): void
  /** Nothing changes any more, whatever is still under way; what a sign-out deletes goes all the same. */
  end(): void
  /** What is not part of this state has changed: notified with the batch around it, or at once. */
  changed(topic: Topic): void
}

export function createCells(options: {
  storage: StorageState
  clock: Clock
  report: Report
  newRoom: (id: string) => RoomCore
  settle: () => void
}): Cells {
  let chat = newChat(options.storage)
  const chatTopic = newTopic()
  const cells = new Map<string, RoomCell>()
  const watchers: CellWatcher[] = []
  const notifier = createNotifier(options.clock, options.report)
  const failed = (error: unknown): void => options.report(error, { source: 'internal' })
  let depth = 0
  let hasEnded = false

  const batch = <T>(run: () => T): T => {
    depth++
    try {
      return run()
    } finally {
      // Also when it throws: what it has changed by then is so.
      if (depth === 1) options.settle()
      depth--
      if (depth === 0) notifier.flush()
    }
  }

  const setChat = (next: ChatCore): void => {
    if (next === chat) return
    chat = next
    notifier.changed(chatTopic)
  }

  const dispatchChat = (event: ChatEvent): void => {
    if (!hasEnded) batch(() => setChat(reduceChat(chat, event)))
  }

  const room = (id: string): RoomCell => {
    let cell = cells.get(id)
    if (cell === undefined) {
      cell = { core: options.newRoom(id), topic: newTopic(id) }
      cells.set(id, cell)
    }
    return cell
  }

  return {
    chat: () => chat,
    chatTopic,
    room,
    all: () => cells.values(),
    dispatch: (id, event) => {
      if (hasEnded && event.type !== 'wiped') return
      batch(() => {
        const cell = room(id)
        const before = cell.core
        const after = reduceRoom(before, event)
        if (after === before) return
        cell.core = after
        notifier.changed(cell.topic)
        setChat(reduceChat(chat, { type: 'room', before, after }))
        for (const watcher of watchers) attempt(() => watcher(before, after, event), failed)
      })
    },
    dispatchChat,
    batch,
    watch: (watcher) => watchers.push(watcher),
    end: () => {
      hasEnded = true
    },
    changed: (topic) => batch(() => notifier.changed(topic)),
  }
}
