import { asClientId, asUserId } from '@roomful/protocol/plain'
import type { StorageState } from '../chat'
import { createChatStore } from '../engine/chat-store'
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
  const withRows = (model: RoomModel): RoomModel => ({
    ...model,
    rows: {
      ...model.rows,
      timeline: addRange(emptyTimeline, { from: 1, to: 2 }, sampleRows(1, 2)),
      lastSeq: 2,
      tail: 2,
    },
    sync: { ...model.sync, cursor: 2 },
    view: { ...model.view, draft: `draft of ${model.id}`, usedAt: usedAt[model.id] ?? 0 },
  })
  const inner = createChatStore({
    clock,
    report: (error) => void Promise.reject(error),
    storage: { status: 'ok' },
    newRoom: (id) => {
      const model = newRoom(id, { me: 'ann', connection: 'down', windowSize: 200, hasStore: true })
      return id in usedAt ? withRows(model) : model
    },
    runEffects: () => {},
  })
  const store: typeof inner = {
    ...inner,
    dispatchChat: (event) => {
      if (event.type === 'storage') states.push(event.storage)
      inner.dispatchChat(event)
    },
  }
  for (const id of Object.keys(usedAt)) store.room(id)
  const writer = createWriter({
    store,
    source: { kind: copy.kind, load: async () => copy },
    clock,
    storeClock: clock,
    onReopened: (snapshot) => reopened.push(snapshot),
    ...options,
  })
  const entry = (id: string) => entryOf(store.room('r1').model.outbox, id)

  return {
    store,
    clock,
    writer,
    states,
    reopened,
    statuses: () => states.map(({ status }) => status),
    state: () => store.chat().storage,
    /** Opens for this user, as a client does that knows who it is; answers what was there. */
    open: async (): Promise<LocalSnapshot> => {
      const snapshot = await writer.open(ann)
      writer.begin(metaOfAnn)
      return snapshot
    },
    send: (id: string, content = 'hi'): void =>
      store.dispatch('r1', {
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
    cancel: (id: string): void => store.dispatch('r1', { type: 'cancelled', id }),
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
