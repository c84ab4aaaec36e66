import { type ChatCore, type ChatEvent, newChat, reduceChat } from '../model/chat-core'
import type { StorageState } from '../model/chat-shape'
import { reduceRoom } from '../model/room/reduce-room'
import type { RoomEvent } from '../model/room/room-event'
import type { RoomModel } from '../model/room/room-model'
import type { Clock } from '../platform/clock'
import { createNotifier, newTopic, type Topic } from './notifier'
import { attempt, type Report } from './report'

/** One room's state, and who is notified of it. `last`: what is shown once the chat has ended, whatever `core` becomes. */
export type RoomCell = { core: RoomModel; last: RoomModel | null; readonly topic: Topic }

/** Called for each room that a batch changed, before any listener. */
export type CellWatcher = (before: RoomModel, after: RoomModel, event: RoomEvent) => void

/**
 * All state of one chat. `dispatch` is the only way to write. Everything inside one `batch` is one notification, when it
 * ends; before that `settle` runs, so that what follows from the change at once belongs to it. Then the state is whole:
 * first the client's own observers are called, then the app's listeners (see the notifier).
 */
export type Cells = {
  readonly chat: () => ChatCore
  /** The same; once the chat has ended, as it was then. */
  readonly shownChat: () => ChatCore
  readonly chatTopic: Topic
  /** What rooms depend on beside their own state: the connection, the history behind it, and signs of waking. */
  readonly connectionTopic: Topic
  room(id: string): RoomCell
  all(): Iterable<RoomCell>
  dispatch(id: string, event: RoomEvent): void
  dispatchChat(event: ChatEvent): void
  batch<T>(run: () => T): T
  /** Until it is ended; of one room, or of all. */
  watch(watcher: CellWatcher, roomId?: string): () => void
  /** A batch of what comes from the local store. After `end` too, though not shown: what is written last must be right. */
  local(run: () => void): void
  /** The last change that is shown; after it only `local` changes anything. Twice is fine: a sign-out after a close. */
  end(last: () => void): void
  /** Nothing changes any more, whatever is still under way. */
  ended(): void
  /** What is not part of this state has changed: notified with the batch around it, or at once. */
  changed(topic: Topic): void
}

export function createCells(options: {
  storage: StorageState
  clock: Clock
  report: Report
  newRoom: (id: string) => RoomModel
  settle: () => void
}): Cells {
  let chat = newChat(options.storage)
  let lastChat: ChatCore | null = null
  const chatTopic = newTopic()
  const connectionTopic = newTopic()
  const cells = new Map<string, RoomCell>()
  /** By the room that they watch. */
  const watchers = new Map<string | undefined, Set<CellWatcher>>()
  const notifier = createNotifier(options.clock, options.report)
  const failed = (error: unknown): void => options.report(error, { source: 'internal' })
  let depth = 0
  let phase: 'open' | 'ending' | 'ended' = 'open'
  let isLocal = false

  const batch = <T>(run: () => T): T => {
    depth++
    try {
      return run()
    } finally {
      // Also when it throws: what it has changed by then is so.
      if (depth === 1) options.settle()
      depth--
      if (depth === 0) notifier.flush(phase !== 'open')
    }
  }

  const setChat = (next: ChatCore): void => {
    if (next === chat) return
    const before = chat
    chat = next
    changed(chatTopic)
    if (before.connection !== next.connection || before.epoch !== next.epoch || before.wakes !== next.wakes)
      changed(connectionTopic)
  }

  const isOpen = (): boolean => phase === 'open' || (phase === 'ending' && isLocal)

  const changed = (topic: Topic): void => {
    if (phase === 'open') notifier.changed(topic)
  }

  const dispatchChat = (event: ChatEvent): void => {
    if (isOpen()) batch(() => setChat(reduceChat(chat, event)))
  }

  const room = (id: string): RoomCell => {
    let cell = cells.get(id)
    if (cell === undefined) {
      const core = options.newRoom(id)
      cell = { core, last: phase === 'open' ? null : core, topic: newTopic(id) }
      cells.set(id, cell)
    }
    return cell
  }

  return {
    chat: () => chat,
    shownChat: () => lastChat ?? chat,
    chatTopic,
    connectionTopic,
    room,
    all: () => cells.values(),
    dispatch: (id, event) => {
      if (!isOpen()) return
      batch(() => {
        const cell = room(id)
        const before = cell.core
        const after = reduceRoom(before, event)
        if (after === before) return
        cell.core = after
        changed(cell.topic)
        setChat(reduceChat(chat, { type: 'room', before, after }))
        for (const watched of [undefined, id])
          for (const watcher of watchers.get(watched) ?? [])
            attempt(() => watcher(before, after, event), failed)
      })
    },
    dispatchChat,
    batch,
    watch: (watcher, roomId) => {
      const own = watchers.get(roomId) ?? new Set()
      watchers.set(roomId, own.add(watcher))
      return () => {
        own.delete(watcher)
        if (own.size === 0 && watchers.get(roomId) === own) watchers.delete(roomId)
      }
    },
    changed: (topic) => batch(() => changed(topic)),
    local: (run) =>
      batch(() => {
        const before = isLocal
        isLocal = true
        try {
          run()
        } finally {
          isLocal = before
        }
      }),
    end: (last) =>
      batch(() => {
        phase = 'open'
        last()
        if (lastChat !== null && lastChat !== chat) changed(chatTopic)
        lastChat = chat
        for (const cell of cells.values()) {
          if (cell.last !== null && cell.last !== cell.core) changed(cell.topic)
          cell.last = cell.core
        }
        phase = 'ending'
      }),
    ended: () => {
      phase = 'ended'
    },
  }
}
