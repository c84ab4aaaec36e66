import { type ChatEvent, type ChatModel, newChat, reduceChat } from '../model/chat-model'
import type { StorageState } from '../model/chat-shape'
import { reduceRoom } from '../model/room/reduce-room'
import type { RoomEvent } from '../model/room/room-event'
import type { RoomModel } from '../model/room/room-model'
import type { Clock } from '../platform/clock'
import { createNotifier, newTopic, type Topic } from './notifier'
import { attempt, type Report } from './report'

/** One room's state, and who is notified of it. `lastShown`: what is shown once the chat has ended, even if `model` changes. */
export type RoomSlot = { model: RoomModel; lastShown: RoomModel | null; readonly topic: Topic }

/** Called for each room that a batch changed, before any listener. */
export type RoomWatcher = (before: RoomModel, after: RoomModel, event: RoomEvent) => void

/**
 * All state of one chat. `dispatch` is the only way to write. Everything inside one `batch` is one notification, when
 * it ends; before that `runEffects` runs, so that what follows from the change belongs to the same batch. Then the
 * state is whole: first the client's own observers are called, then the app's listeners (see the notifier).
 */
export type ChatStore = {
  readonly chat: () => ChatModel
  /** The same; once the chat has ended, as it was then. */
  readonly shownChat: () => ChatModel
  readonly chatTopic: Topic
  /** What rooms depend on besides their own state: the connection, its epoch, and wake signs. */
  readonly connectionTopic: Topic
  room(id: string): RoomSlot
  all(): Iterable<RoomSlot>
  dispatch(id: string, event: RoomEvent): void
  dispatchChat(event: ChatEvent): void
  batch<T>(run: () => T): T
  /** Until it is ended; of one room, or of all. */
  watch(watcher: RoomWatcher, roomId?: string): () => void
  /** A batch of what comes from the local store. It works after `end` too, but is not shown: the last write must be right. */
  local(run: () => void): void
  /** The last change that is shown; after it only `local` changes anything. May be called twice: a sign-out after a close. */
  end(last: () => void): void
  /** Nothing changes any more, even if calls are still under way. */
  ended(): void
  /** What is not part of this state has changed: notified with the batch around it, or at once. */
  changed(topic: Topic): void
}

/** What the room does not take in of these was done before, and has to go from the disk: the writer gets them all. */
const IS_OF_DISK: ReadonlySet<RoomEvent['type']> = new Set<RoomEvent['type']>(['restored', 'entries-adopted'])

export function createChatStore(options: {
  storage: StorageState
  clock: Clock
  report: Report
  newRoom: (id: string) => RoomModel
  runEffects: () => void
}): ChatStore {
  let chat = newChat(options.storage)
  let lastChat: ChatModel | null = null
  const chatTopic = newTopic()
  const connectionTopic = newTopic()
  const store = new Map<string, RoomSlot>()
  /** By the room that they watch. */
  const watchers = new Map<string | undefined, Set<RoomWatcher>>()
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
      if (depth === 1) options.runEffects()
      depth--
      if (depth === 0) notifier.flush(phase !== 'open')
    }
  }

  const setChat = (next: ChatModel): void => {
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

  const room = (id: string): RoomSlot => {
    let slot = store.get(id)
    if (slot === undefined) {
      const model = options.newRoom(id)
      slot = { model, lastShown: phase === 'open' ? null : model, topic: newTopic(id) }
      store.set(id, slot)
    }
    return slot
  }

  return {
    chat: () => chat,
    shownChat: () => lastChat ?? chat,
    chatTopic,
    connectionTopic,
    room,
    all: () => store.values(),
    dispatch: (id, event) => {
      if (!isOpen()) return
      batch(() => {
        const slot = room(id)
        const before = slot.model
        const after = reduceRoom(before, event)
        if (after !== before) {
          slot.model = after
          changed(slot.topic)
          setChat(reduceChat(chat, { type: 'room', before, after }))
        } else if (!IS_OF_DISK.has(event.type)) return
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
        for (const slot of store.values()) {
          if (slot.lastShown !== null && slot.lastShown !== slot.model) changed(slot.topic)
          slot.lastShown = slot.model
        }
        phase = 'ending'
      }),
    ended: () => {
      phase = 'ended'
    },
  }
}
