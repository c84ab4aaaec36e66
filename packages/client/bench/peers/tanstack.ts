import type { Message } from '@roomful/protocol'
import { row } from '../frames'
import { sink } from '../trial'
import { load, type Peer } from './peer'

type Write = { type: 'insert'; value: Message }
type Sync = { begin(): void; write(message: Write): void; commit(): void; markReady(): void }
type Collection = {
  readonly toArray: readonly Message[]
  preload(): Promise<void>
  subscribeChanges(listener: () => void): unknown
}
type Query = {
  from(source: object): Query
  orderBy(by: (refs: { m: Message }) => unknown, way: 'asc'): Query
}
type Library = {
  createCollection(options: object): Collection
  liveQueryCollectionOptions(options: { query(q: Query): Query; startSync: boolean }): object
}

/** A synced collection, and a live query of it in the order of the room. */
export const tanstack: Peer = async (folder) => {
  const { createCollection, liveQueryCollectionOptions } = await load<Library>(folder, '@tanstack/db')
  let sync: Sync | undefined
  const messages = createCollection({
    id: 'messages',
    getKey: ({ id }: Message) => id,
    startSync: true,
    sync: {
      sync: (params: Sync) => {
        sync = params
        params.begin()
        params.commit()
        params.markReady()
      },
    },
  })
  const inOrder = createCollection(
    liveQueryCollectionOptions({
      query: (q) => q.from({ m: messages }).orderBy(({ m }) => m.seq, 'asc'),
      startSync: true,
    }),
  )
  await inOrder.preload()
  let shown: readonly Message[] = []
  inOrder.subscribeChanges(() => {
    shown = inOrder.toArray
    sink.value = shown.at(-1)
  })
  const write = (all: readonly Message[]): void => {
    sync?.begin()
    for (const value of all) sync?.write({ type: 'insert', value })
    sync?.commit()
  }
  return {
    hold: (count) => write(Array.from({ length: count }, (_, i) => row(i + 1, i + 1))),
    live: {
      text: (n) => JSON.stringify(row(n, n)),
      take: (text) => write([JSON.parse(text)]),
      shown: () => shown.length,
    },
  }
}
