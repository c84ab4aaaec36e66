import type { RoomSlot } from '../engine/chat-store'
import type { RoomModel } from '../model/room/room-model'
import type { TransportEvent } from '../transport/port'
import type { InspectSource } from './create-inspector'
import type { EventLog, NewEvent } from './event-log'
import type { InspectedCounts, InspectedEvent } from './inspection'
import { roomOf, safeValue } from './safe-value'
import type { Tap } from './taps'

const MOST_HISTORY = 50

type ConnectionChange = Extract<InspectedEvent, { kind: 'connection' }>

export type Recorder = {
  counts(): InspectedCounts
  history(): readonly ConnectionChange[]
  /** How often listeners of this room had something new. */
  notifications(roomId: string): number
  stop(): void
}

/** Puts down what happens: frames, the connection, gaps, the disk. It only looks. */
export function createRecorder(
  source: InspectSource,
  { log, payloads, changed }: { log: EventLog; payloads: boolean; changed(): void },
): Recorder {
  const { store, clock, taps } = source
  const counts = {
    ...{ requests: 0, refused: 0, unanswered: 0, received: 0, gapsFound: 0, gapsHealed: 0, resyncs: 0 },
    ...{ connects: 0, longestHealMs: 0, lastHealMs: 0, notifications: 0 },
  }
  const rooms = new Map<string, { slot: RoomSlot; observer: () => void; notifications: number }>()
  const gaps = new Map<string, { rev: number; since: number }>()
  let history: readonly ConnectionChange[] = []
  let { state: connection } = store.chat().connection
  let { storage } = store.chat()
  let requests = 0
  let downSince: number | null = null

  const note = (event: NewEvent): void => {
    log.add(clock.wall(), event)
    changed()
  }
  const healed = (since: number): number => {
    const tookMs = Math.max(0, clock.now() - since)
    counts.lastHealMs = tookMs
    counts.longestHealMs = Math.max(counts.longestHealMs, tookMs)
    return tookMs
  }

  const tap: Tap = {
    received: (event: TransportEvent) => {
      if (event.type !== 'message') return
      counts.received++
      const { event: name, payload } = event.message
      note({ kind: 'received', event: name, ...roomOf(payload), payload: safeValue(payload, payloads) })
    },
    requested: (event, payload, result) => {
      const request = ++requests
      const begun = clock.now()
      const about = { request, event, ...roomOf(payload) }
      counts.requests++
      note({ kind: 'request', ...about, payload: safeValue(payload, payloads) })
      const answered = (outcome: 'ack' | 'refused' | 'timeout' | 'lost' | 'offline', ack: unknown): void => {
        if (outcome === 'refused') counts.refused++
        else if (outcome !== 'ack') counts.unanswered++
        const { code } = (ack ?? {}) as { code?: unknown }
        note({
          kind: 'answer',
          ...about,
          outcome,
          ...(typeof code === 'string' ? { code } : {}),
          tookMs: Math.round(clock.now() - begun),
          payload: safeValue(ack, payloads),
        })
      }
      result.then(
        (end) => {
          if (!taps.has(tap)) return
          if (end.kind === 'ack') answered(end.ack.ok ? 'ack' : 'refused', end.ack)
          else answered(end.kind, null)
        },
        () => taps.has(tap) && answered('lost', null),
      )
    },
  }

  const onChat = (): void => {
    const chat = store.chat()
    counts.notifications++
    if (chat.connection.state !== connection) onConnection(chat.connection.state)
    if (chat.storage !== storage) {
      storage = chat.storage
      note({ kind: 'storage', ...storage })
    }
    changed()
  }

  const onConnection = (next: typeof connection): void => {
    if (connection.status === 'online') downSince ??= clock.now()
    if (next.status === 'online') counts.connects++
    connection = next
    const error = 'error' in next ? next.error : null
    note({ kind: 'connection', status: next.status, ...(error ? { code: error.code } : {}) })
    const last = log.all().at(-1)
    if (last?.kind === 'connection') history = [...history, last].slice(-MOST_HISTORY)
  }

  /** Live again: connected, and every open room has all that the server has. */
  const lookForHealing = (): void => {
    if (downSince === null || connection.status !== 'online') return
    for (const { model } of store.all())
      if (model.view.opened && (model.sync.subscription !== 'synced' || model.sync.gap !== null)) return
    healed(downSince)
    downSince = null
    changed()
  }

  const stopWatching = store.watch((before, after, event) => {
    if (!rooms.has(after.id)) observe(after.id)
    if (event.type === 'sync-asked') counts.resyncs++
    if (before.sync.gap !== after.sync.gap) onGap(after)
    if (downSince !== null && event.type === 'sync-answered') lookForHealing()
    changed()
  })

  const observe = (id: string): void => {
    const slot = store.room(id)
    const seen = {
      slot,
      notifications: 0,
      observer: () => {
        seen.notifications++
        counts.notifications++
      },
    }
    slot.topic.observers.add(seen.observer)
    rooms.set(id, seen)
  }

  const onGap = ({ id, sync }: RoomModel): void => {
    const known = gaps.get(id)
    if (known && sync.gap?.rev !== known.rev) {
      gaps.delete(id)
      counts.gapsHealed++
      note({ kind: 'gap-healed', roomId: id, rev: known.rev, tookMs: Math.round(healed(known.since)) })
    }
    if (sync.gap === null || known?.rev === sync.gap.rev) return
    gaps.set(id, { rev: sync.gap.rev, since: clock.now() })
    counts.gapsFound++
    note({ kind: 'gap-found', roomId: id, rev: sync.gap.rev })
  }

  taps.add(tap)
  store.chatTopic.observers.add(onChat)
  return {
    counts: () => ({ ...counts }),
    history: () => history,
    notifications: (id) => rooms.get(id)?.notifications ?? 0,
    stop: () => {
      taps.delete(tap)
      stopWatching()
      store.chatTopic.observers.delete(onChat)
      for (const { slot, observer } of rooms.values()) slot.topic.observers.delete(observer)
      rooms.clear()
    },
  }
}
