import type { Message } from '@roomful/protocol'
import { asMessageId, asRoomId, asUserId } from '@roomful/protocol/plain'
import { copyOn, type TestCopy } from '../test-support/copies'
import type { LocalScope, LocalSnapshot, LocalWrite, StoredEntry, StoredMeta, StoredRoom } from './local-copy'
import { type LocalStore, LocalStoreError } from './port'

type Place = { store(): TestCopy; dispose?(): Promise<void> }
type StorePlace = { store(): LocalStore; dispose?(): Promise<void> }

export type CopyCase = {
  readonly name: string
  readonly run: (makePlace: () => Promise<StorePlace>) => Promise<void>
}

/** What a copy does on every store: named cases without a test framework, so that they also run in a bare page. */
export const copyContract: readonly CopyCase[] = [
  on('a fresh space is empty', async (place) => {
    const store = place.store()
    same(await store.open(ann), { meta: null, rooms: [], entries: [] })
    same(await store.readChunks('r1', [0, 1]), [])
    await store.close()
  }),

  on('what was written is there after a reload', async (place) => {
    const rooms = [room('r1', 7), room('r2', 3)]
    const entries = [entry('c2', 2), entry('c1', 1)]
    const chunks = [chunk('r1', 0, [1, 2, 127]), chunk('r1', 3, [400]), chunk('r2', 0, [5])]
    const first = place.store()
    await first.open(ann)
    await first.write({ meta: metaOf('ann'), rooms, chunks, putEntries: entries })
    await first.close()
    const second = place.store()
    same(sorted(await second.open(ann)), { meta: metaOf('ann'), rooms, entries: [...entries].reverse() })
    same(await second.readChunks('r1', [3, 9, 0]), [stored(chunks[1]), stored(chunks[0])])
    same(await second.readChunks('r2', [0]), [stored(chunks[2])])
    same(await second.readChunks('r3', [0]), [])
    await second.close()
  }),

  on('later writes replace rooms, chunks and entries, and delete them', async (place) => {
    const store = place.store()
    await store.open(ann)
    await store.write({ rooms: [room('r1', 1)], chunks: [chunk('r1', 0, [1, 2]), chunk('r1', 1, [130])] })
    await store.write({ putEntries: [entry('c1', 1), entry('c2', 2)] })
    await store.write({ rooms: [room('r1', 9)], chunks: [chunk('r1', 0, [2, 3]), chunk('r1', 1, [])] })
    await store.write({ putEntries: [entry('c2', 5), entry('c3', 4)], deleteEntries: ['c1', 'unknown'] })
    await store.write({ putEntries: [entry('c4', 9)], deleteEntries: ['c4'] })
    const snapshot = await reopened(place, store)
    same(snapshot.rooms, [room('r1', 9)])
    same(snapshot.entries, [entry('c3', 4), entry('c2', 5)])
    const again = place.store()
    await again.open(ann)
    same(await again.readChunks('r1', [0, 1]), [stored(chunk('r1', 0, [2, 3]))])
    await again.close()
  }),

  on('clearing a room takes its record and rows, no entry and no other room', async (place) => {
    const store = place.store()
    await store.open(ann)
    await store.write({
      rooms: [room('r1', 1), room('r10', 1), room('r', 1)],
      chunks: [chunk('r1', 0, [1]), chunk('r1', 900, [115_200]), chunk('r10', 0, [1]), chunk('r', 0, [1])],
      putEntries: [entry('c1', 1)],
    })
    await store.write({ clearRooms: ['r1', 'unknown'] })
    const snapshot = await reopened(place, store)
    same(sorted(snapshot).rooms, [room('r', 1), room('r10', 1)])
    same(snapshot.entries, [entry('c1', 1)])
    const again = place.store()
    await again.open(ann)
    same(await again.readChunks('r1', [0, 900]), [])
    same(await again.readChunks('r10', [0]), [stored(chunk('r10', 0, [1]))])
    same(await again.readChunks('r', [0]), [stored(chunk('r', 0, [1]))])
    // A reset: the old rows go and the new ones come, in one write.
    await again.write({ clearRooms: ['r'], rooms: [room('r', 8)], chunks: [chunk('r', 2, [300])] })
    same(await again.readChunks('r', [0, 2]), [stored(chunk('r', 2, [300]))])
    await again.close()
  }),

  on('writes are applied in the order of the calls, without waiting', async (place) => {
    const store = place.store()
    await store.open(ann)
    const writes = Array.from({ length: 50 }, (_, i) =>
      store.write({
        rooms: [room('r1', i + 1)],
        chunks: [chunk('r1', 0, [i + 1])],
        putEntries: [entry('c1', i + 1)],
        ...(i % 10 === 9 ? { deleteEntries: ['c1'] } : {}),
      }),
    )
    await Promise.all(writes)
    same(await store.readChunks('r1', [0]), [stored(chunk('r1', 0, [50]))])
    const snapshot = await reopened(place, store)
    same([snapshot.rooms, snapshot.entries], [[room('r1', 50)], []])
  }),

  on('closing waits for the writes under way', async (place) => {
    const store = place.store()
    await store.open(ann)
    const writing = store.write({ putEntries: [entry('c1', 1)] })
    const snapshot = await reopened(place, store)
    await writing
    same(snapshot.entries, [entry('c1', 1)])
  }),

  on('users and servers are apart', async (place) => {
    const store = place.store()
    const elsewhere = { url: 'https://other.example', userId: 'ann' }
    await store.open(ann)
    await store.write({ rooms: [room('r1', 1)], chunks: [chunk('r1', 0, [1])], putEntries: [entry('c1', 1)] })
    same(await store.open(bob), { meta: null, rooms: [], entries: [] })
    same(await store.readChunks('r1', [0]), [])
    await store.write({ rooms: [room('r2', 2)] })
    same(await store.open(elsewhere), { meta: null, rooms: [], entries: [] })
    same((await store.open(ann)).rooms, [room('r1', 1)])
    same((await store.open(bob)).rooms, [room('r2', 2)])
    await store.close()
  }),

  on('a cold start without an id opens the copy of the user whom the login named', async (place) => {
    const store = place.store()
    await store.open({ ...ann, login: 'login of ann' })
    await store.write({ meta: metaOf('ann') })
    await store.open({ ...bob, login: 'login of bob' })
    await store.write({ meta: metaOf('bob') })
    for (const [login, owner] of [
      ['login of ann', metaOf('ann')],
      ['login of bob', metaOf('bob')],
      ['login of cat', null],
    ] as const)
      same((await reopened(place, store, { ...anyone, login })).meta, owner)
    const again = place.store()
    same(await again.userOf({ ...ann, login: 'new login of ann' }), 'ann')
    same((await again.open({ ...anyone, login: 'new login of ann' })).meta, metaOf('ann'))
    same((await again.open({ ...anyone, login: 'login of ann' })).meta, null)
    same((await again.open({ url: 'https://other.example', userId: null, login: 'login of bob' })).meta, null)
    await again.close()
  }),

  on('one without an id and a login opens the copy of the only user of that server', async (place) => {
    const store = place.store()
    same(await store.open(anyone), { meta: null, rooms: [], entries: [] })
    await refused(store.write({ putEntries: [entry('c1', 1)] }), 'unavailable')
    await store.open(ann)
    await store.write({ meta: metaOf('ann') })
    same((await reopened(place, store, anyone)).meta, metaOf('ann'))
    const again = place.store()
    same((await again.open({ url: 'https://other.example', userId: null })).meta, null)
    await again.open(bob)
    same((await again.open(anyone)).meta, null)
    await again.close()
  }),

  on('wiping deletes the open space only, and forgets that user', async (place) => {
    const store = place.store()
    await store.open(ann)
    await store.write({ meta: metaOf('ann'), putEntries: [entry('c1', 1)] })
    await store.open(bob)
    await store.write({ meta: metaOf('bob'), rooms: [room('r1', 1)], chunks: [chunk('r1', 0, [1])] })
    await store.wipe()
    await refused(store.write({ rooms: [room('r1', 1)] }), 'unavailable')
    same(await store.open(anyone), { meta: null, rooms: [], entries: [] })
    same(await store.open(bob), { meta: null, rooms: [], entries: [] })
    same(await store.readChunks('r1', [0]), [])
    same((await store.open(ann)).entries, [entry('c1', 1)])
    await store.close()
  }),

  on('outside of a space everything is refused', async (place) => {
    const store = place.store()
    await refused(store.write({}), 'unavailable')
    await refused(store.readChunks('r1', [0]), 'unavailable')
    await refused(store.wipe(), 'unavailable')
    await store.open(ann)
    await store.close()
    await store.close()
    await refused(store.write({}), 'unavailable')
  }),

  on('texts and names come back byte for byte', async (place) => {
    const texts = [
      '👨‍👩‍👧‍👦 e\u0301 \u202e',
      '"\\\n\t\u2028\u2029',
      '</script>',
      '__proto__',
      'x'.repeat(8_000),
    ]
    const names = ['__proto__', 'constructor', 'toString', 'a-b_C', 'length']
    const store = place.store()
    await store.open({ url: 'https://chat.example/?a=1&b=ü#/../x', userId: 'auth0|a:b@c.d+e' })
    for (const [i, name] of names.entries())
      await store.write({
        rooms: [{ ...room(name, i + 1), draft: texts[i] ?? '' }],
        chunks: [{ roomId: name, index: 0, messages: [{ ...message(name, 1), content: texts[i] ?? '' }] }],
        putEntries: [{ ...entry(name, i), data: { text: texts[i], [name]: null } }],
      })
    const snapshot = await reopened(place, store, {
      url: 'https://chat.example/?a=1&b=ü#/../x',
      userId: null,
    })
    same(snapshot.rooms.map((room) => room.roomId).sort(), [...names].sort())
    for (const [i, name] of names.entries()) {
      same(snapshot.rooms.find((room) => room.roomId === name)?.draft, texts[i])
      same(snapshot.entries[i]?.clientId, name)
      same(JSON.stringify(snapshot.entries[i]?.data), JSON.stringify({ text: texts[i], [name]: null }))
    }
    const again = place.store()
    await again.open({ url: 'https://chat.example/?a=1&b=ü#/../x', userId: null })
    for (const [i, name] of names.entries())
      same((await again.readChunks(name, [0]))[0]?.messages[0]?.content, texts[i])
    await again.close()
  }),

  on('an entry that cannot be kept is refused alone, as `invalid`, and the store goes on', async (place) => {
    const store = place.store()
    await store.open(ann)
    const sound: string[] = []
    for (const [i, data] of unwritable().entries()) {
      const names = [`before-${i}`, `after-${i}`]
      const [before, after] = names.map((name) => entry(name, i))
      const odd: StoredEntry = { ...entry(`odd-${i}`, i), data }
      const writes = [
        store.write({ putEntries: before ? [before] : [] }),
        store.write({ putEntries: [odd], rooms: [room(odd.clientId, 1)] }),
        store.write({ putEntries: after ? [after] : [] }),
      ] as const
      // A store that has a form for it may keep it.
      const isKept = await writes[1].then(
        () => true,
        (error: unknown) => same(error instanceof LocalStoreError ? error.reason : error, 'invalid'),
      )
      await Promise.all([writes[0], writes[2]])
      sound.push(...names, ...(isKept ? [odd.clientId] : []))
    }
    const snapshot = await reopened(place, store)
    same(snapshot.entries.map(({ clientId }) => clientId).sort(), sound.sort())
    same(
      snapshot.rooms.map(({ roomId }) => roomId).sort(),
      sound.filter((name) => name.startsWith('odd')),
    )
  }),

  on('a large write is kept whole', async (place) => {
    const store = place.store()
    await store.open(ann)
    const names = Array.from({ length: 12 }, (_, i) => `room-${i}`)
    const full = (name: string) =>
      [0, 1, 2].map((index) =>
        chunk(
          name,
          index,
          Array.from({ length: 127 }, (_, i) => index * 128 + i + 1),
        ),
      )
    await store.write({ rooms: names.map((name) => room(name, 384)), chunks: names.flatMap(full) })
    same((await reopened(place, store)).rooms.length, 12)
    const again = place.store()
    await again.open(ann)
    for (const name of names) same(await again.readChunks(name, [0, 1, 2]), full(name).map(stored))
    await again.close()
  }),
]

/** What an app may leave in an entry, and not every disk can write. */
function unwritable(): readonly unknown[] {
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const throwing = {
    get n(): number {
      throw new Error('made by the test')
    },
  }
  return [{ n: 1n }, cycle, { call: () => 1 }, { symbol: Symbol('x') }, { users: new WeakMap() }, throwing]
}

type StoredChunk = NonNullable<LocalWrite['chunks']>[number]

const ann = { url: 'https://chat.example', userId: 'ann' }
const bob = { url: 'https://chat.example/', userId: 'bob' }
const anyone = { url: 'https://chat.example', userId: null }

function on(name: string, body: (place: Place) => Promise<void>): CopyCase {
  return {
    name,
    run: async (makePlace) => {
      const place = await makePlace()
      try {
        await body({ store: () => copyOn(place.store()) })
      } finally {
        await place.dispose?.()
      }
    },
  }
}

/** Closes a store and opens another in the same place, as a reload does. */
async function reopened(place: Place, store: TestCopy, scope: LocalScope = ann): Promise<LocalSnapshot> {
  await store.close()
  const next = place.store()
  const snapshot = await next.open(scope)
  await next.close()
  return snapshot
}

async function refused(call: Promise<unknown>, reason: LocalStoreError['reason']): Promise<void> {
  const outcome = await call.then(
    () => 'no error',
    (error: unknown) => (error instanceof LocalStoreError ? error.reason : error),
  )
  same(outcome, reason)
}

function same(actual: unknown, expected: unknown): void {
  const [a, b] = [canonical(actual), canonical(expected)]
  if (a !== b) throw new Error(`expected ${b.slice(0, 2_000)}\n     got ${a.slice(0, 2_000)}`)
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (key, part: unknown) =>
    key === 'rowBytes'
      ? undefined
      : typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
  ) ?? 'undefined'

/** The order of rooms is not promised. */
const sorted = (snapshot: LocalSnapshot): LocalSnapshot => ({
  ...snapshot,
  rooms: [...snapshot.rooms].sort((a, b) => (a.roomId < b.roomId ? -1 : 1)),
})

const metaOf = (userId: string): StoredMeta => ({ user: { id: asUserId(userId), name: userId }, epoch: 'e1' })

const room = (roomId: string, cursor: number): StoredRoom => ({
  roomId,
  cursor,
  lastSeq: cursor,
  ranges: [{ from: 1, to: cursor }],
  lastReadSeq: 0,
  floorSeq: 1,
  item: null,
  draft: `draft of ${roomId}`,
  usedAt: 1_000 + cursor,
})

const entry = (clientId: string, order: number): StoredEntry => ({
  clientId,
  roomId: 'r1',
  order,
  data: { kind: 'send', content: `text of ${clientId}`, tries: order },
})

const chunk = (roomId: string, index: number, seqs: readonly number[]): StoredChunk => ({
  roomId,
  index,
  messages: seqs.map((seq) => message(roomId, seq)),
})

const stored = (chunk: StoredChunk | undefined) => ({ index: chunk?.index, messages: chunk?.messages })

const message = (roomId: string, seq: number): Message => ({
  id: asMessageId(`m-${roomId}-${seq}`),
  roomId: asRoomId(roomId),
  seq,
  rev: seq,
  senderId: asUserId('ann'),
  senderName: 'Ann',
  type: 'text',
  content: `text ${seq}`,
  replyTo: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  editedAt: null,
  deleted: false,
  reactions: [],
})
