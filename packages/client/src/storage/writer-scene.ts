import { asClientId, asUserId } from '@roomful/protocol/plain'
import type { StorageState } from '../chat'
import { createCells } from '../engine/cells'
import { entryOf } from '../model/outbox/outbox'
import { newRoom, type RoomModel } from '../model/room/room-model'
import { addRange, emptyTimeline } from '../model/rows/timeline'
import { sampleRows } from '../model/rows/timeline/sample-rows'
import { handClock } from '../platform/hand-clock'
import type { LocalCopy, LocalSnapshot, StoredMeta } from './local-copy'
import { createWriter, type WriterOptions } from './writer'

export const ann = { url: 'https://chat.example', userId: 'ann' }
export const metaOfAnn: StoredMeta = { user: { id: asUserId('ann'), name: 'Ann' }, epoch: 'e1' }

/** For tests: a writer, and rooms of which some have rows in memory from the start. */
export function writerScene(
  copy: LocalCopy,
  usedAt: Readonly<Record<string, number>> = {},
  options: Partial<WriterOptions> = {},
) {
  const clock = handClock()
  const states: StorageState[] = []
  const reopened: LocalSnapshot[] = []
  const withRows = (core: RoomModel): RoomModel => ({
    ...core,
    rows: {
      ...core.rows,
      timeline: addRange(emptyTimeline, { from: 1, to: 2 }, sampleRows(1, 2)),
      lastSeq: 2,
      tail: 2,
    },
    sync: { ...core.sync, cursor: 2 },
    view: { ...core.view, draft: `draft of ${core.id}`, usedAt: usedAt[core.id] ?? 0 },
  })
  const inner = createCells({
    clock,
    report: (error) => void Promise.reject(error),
    storage: { status: 'ok' },
    newRoom: (id) => {
      const core = newRoom(id, { me: 'ann', connection: 'down', windowSize: 200, hasStore: true })
      return id in usedAt ? withRows(core) : core
    },
    settle: () => {},
  })
  const cells: typeof inner = {
    ...inner,
    dispatchChat: (event) => {
      if (event.type === 'storage') states.push(event.storage)
      inner.dispatchChat(event)
    },
  }
  for (const id of Object.keys(usedAt)) cells.room(id)
  const writer = createWriter({
    cells,
    source: { kind: copy.kind, load: async () => copy },
    clock,
    storeClock: clock,
    onReopened: (snapshot) => reopened.push(snapshot),
    ...options,
  })
  const entry = (id: string) => entryOf(cells.room('r1').core.outbox, id)

  return {
    cells,
    clock,
    writer,
    states,
    reopened,
    statuses: () => states.map(({ status }) => status),
    state: () => cells.chat().storage,
    /** Opens for this user, as a client does that knows who it is; answers what was there. */
    open: async (): Promise<LocalSnapshot> => {
      const snapshot = await writer.open(ann)
      writer.begin(metaOfAnn)
      return snapshot
    },
    send: (id: string, content = 'hi'): void =>
      cells.dispatch('r1', {
        type: 'enqueued',
        command: {
          id: asClientId(id),
          kind: 'send',
          content,
          replyTo: null,
          createdAt: '2026-01-01T00:00:00.000Z',
          wantedAt: 0,
          serverAt: null,
        },
        order: Number(id.replace(/\D/g, '')),
      }),
    cancel: (id: string): void => cells.dispatch('r1', { type: 'cancelled', id }),
    /** Where an entry is: `storing` waits for the disk, `ready` may be emitted. */
    at: (id: string) => entry(id)?.state.at,
    /** What the app would be shown as the reason. */
    error: (id: string) => {
      const state = entry(id)?.state
      return state?.at === 'failed' ? state.error.code : undefined
    },
  }
}

/** Lets everything that is only waiting for promises come to its end. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}
