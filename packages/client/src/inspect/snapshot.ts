import type { ConnectionState } from '../model/chat-shape'
import type { RoomModel } from '../model/room/room-model'
import type { InspectSource } from './create-inspector'
import type { EventLog } from './event-log'
import { byActivity, inspectEntry, inspectRoom } from './inspect-room'
import type { InspectedConnection, InspectedEntry, Inspection } from './inspection'
import type { Recorder } from './recorder'

const MOST_ROOMS = 100
const MOST_ENTRIES = 200

/** Reads the whole inside of a chat, bounded however large that is. */
export function createSnapshot(
  source: InspectSource,
  { log, payloads, recorder }: { log: EventLog; payloads: boolean; recorder: Recorder },
): () => Inspection {
  const { store, clock, storageKind, isShared, readers } = source
  return () => {
    const chat = store.chat()
    const now = clock.now()
    const models = [...store.all()].map(({ model }) => model).sort(byActivity)
    const { entries, count } = outboxOf(models, now)
    return {
      at: clock.wall(),
      userId: chat.user?.id ?? null,
      epoch: chat.epoch,
      connection: connectionOf(chat.connection.state, clock.wall() - now),
      history: recorder.history(),
      storage: { ...chat.storage, kind: storageKind },
      tabs: { mode: isShared ? 'shared' : 'separate', isWriter: source.writesRows() },
      rooms: models.slice(0, MOST_ROOMS).map((model) => {
        const notifications = recorder.notifications(model.id)
        return inspectRoom(model, readers, { now, notifications, payloads })
      }),
      roomCount: models.length,
      outbox: entries,
      outboxCount: count,
      counts: recorder.counts(),
      events: log.all(),
      forgotten: log.forgotten(),
    }
  }
}

/** `aheadMs`: from the clock of this run to the time of day. */
function connectionOf(state: ConnectionState, aheadMs: number): InspectedConnection {
  const error = 'error' in state ? state.error : null
  return {
    status: state.status,
    ...('attempt' in state ? { attempt: state.attempt } : {}),
    ...('since' in state ? { since: Math.round(state.since + aheadMs) } : {}),
    ...('retryAt' in state ? { retryAt: Math.round(state.retryAt + aheadMs) } : {}),
    ...(error ? { code: error.code, text: error.message } : {}),
  }
}

function outboxOf(models: readonly RoomModel[], now: number): { entries: InspectedEntry[]; count: number } {
  const found: { order: number; entry: InspectedEntry }[] = []
  let count = 0
  for (const { id, outbox } of models) {
    count += outbox.entries.size
    let left = MOST_ENTRIES
    // Each room has its own in order: none behind its first 200 is among the first 200 of all.
    for (const { entries } of outbox.entries.chunks) {
      for (const entry of entries.slice(0, left))
        found.push({ order: entry.order, entry: inspectEntry(id, entry, now) })
      left -= entries.length
      if (left <= 0) break
    }
  }
  const entries = found.sort((a, b) => a.order - b.order).slice(0, MOST_ENTRIES)
  return { entries: entries.map(({ entry }) => entry), count }
}
