import {
  type LocalBatch,
  type LocalPath,
  type LocalRecord,
  type LocalSpace,
  type LocalStore,
  LocalStoreError,
} from '@roomful/client'

/** Where a store keeps its data. `store` returns one that is not open yet; a second one is what a reload would get. */
export type StorePlace = { store(): LocalStore; dispose?(): Promise<void> }

export type LocalStoreCase = {
  readonly name: string
  readonly run: (makePlace: () => Promise<StorePlace>) => Promise<void>
}

/**
 * What every local store must do, as named cases without a test framework, so that they also run in a bare page.
 *
 * @example
 * import { memoryStore } from '@roomful/client'
 * import { localStoreContract } from '@roomful/testing'
 * import { test } from 'vitest'
 * for (const { name, run } of localStoreContract) {
 *   const store = memoryStore()
 *   test(name, () => run(async () => ({ store: () => store })))
 * }
 */
export const localStoreContract: readonly LocalStoreCase[] = [
  on('a fresh space is empty', async (place) => {
    const space = await place.store().open(ANN)
    same(await space.load([['meta'], ['rooms'], ['chunks'], ['entries'], ['rooms', 'r1']]), [])
    await space.close()
  }),

  on(
    'what was saved is there after a reload, by the path of one record and by a part of it',
    async (place) => {
      const records = [
        room('r1', 1),
        room('r10', 2),
        chunk('r1', 0),
        chunk('r1', 3),
        chunk('r1', 30),
        chunk('r10', 0),
        entry('c1', 1),
        META,
      ]
      const first = await place.store().open(ANN)
      await first.save({ put: records, durable: true })
      await first.close()
      const second = await place.store().open(ANN)
      same(await second.load([['chunks', 'r1', 3], META[0]]), [chunk('r1', 3), META])
      same(
        sorted(await second.load([['chunks', 'r1']])),
        sorted([chunk('r1', 0), chunk('r1', 3), chunk('r1', 30)]),
      )
      same(sorted(await second.load([['rooms']])), sorted([room('r1', 1), room('r10', 2)]))
      same(await second.load([['rooms', 'r']]), [])
      same(await second.load([['entries', 'c1']]), [entry('c1', 1)])
      await second.close()
    },
  ),

  on('a batch removes first, one record or all below a path, and then puts', async (place) => {
    const space = await place.store().open(ANN)
    await space.save({ put: [room('r1', 1), room('r2', 1), chunk('r1', 0), chunk('r1', 1), chunk('r10', 1)] })
    await space.save({ put: [piece('c1', 0), piece('c1', 1), piece('c10', 0)] })
    same(await space.load([['files', 'c1', 1]]), [piece('c1', 1)])
    await space.save({ remove: [['files', 'c1']] })
    same(await space.load([['files']]), [piece('c10', 0)])
    await space.save({
      remove: [
        ['rooms', 'r1'],
        ['chunks', 'r1'],
        ['entries', 'unknown'],
        ['chunks', 'unknown'],
      ],
      put: [chunk('r1', 2), room('r2', 9)],
    })
    same(await space.load([['rooms']]), [room('r2', 9)])
    same(sorted(await space.load([['chunks']])), sorted([chunk('r1', 2), chunk('r10', 1)]))
    await space.save({ remove: [['chunks']] })
    same(await reopened(place, space, [['chunks'], ['rooms']]), [room('r2', 9)])
  }),

  on('batches are kept in the order of the calls, without waiting', async (place) => {
    const space = await place.store().open(ANN)
    const saves = Array.from({ length: 50 }, (_, i) =>
      space.save({
        put: [room('r1', i), ...(i % 10 === 9 ? [] : [entry('c1', i)])],
        ...(i % 10 === 9 && { remove: [['entries', 'c1']] }),
      }),
    )
    await Promise.all(saves)
    same(await reopened(place, space, [['rooms'], ['entries']]), [room('r1', 49)])
  }),

  on('closing waits for the saves under way, and twice is fine', async (place) => {
    const space = await place.store().open(ANN)
    const saving = space.save({ put: [entry('c1', 1)], durable: true })
    await space.close()
    await space.close()
    await saving
    await refused(space.save({}), 'unavailable')
    await refused(space.load([['rooms']]), 'unavailable')
    const again = await place.store().open(ANN)
    same(await again.load([['entries']]), [entry('c1', 1)])
    await again.close()
  }),

  on('a batch that expects another record than there is, is refused whole, as `taken`', async (place) => {
    const space = await place.store().open(ANN)
    const version: LocalPath = ['meta', 'version']
    const next = (expect: unknown, value: string): LocalBatch => ({
      expect: [version, expect],
      put: [[version, value], room(value, 1)],
    })
    await refused(space.save(next('a', 'b')), 'taken')
    await space.save(next(undefined, 'a'))
    await space.save(next('a', 'b'))
    await refused(space.save(next('a', 'c')), 'taken')
    await refused(space.save(next(undefined, 'c')), 'taken')
    // Of two concurrent ones that expect the same value, one succeeds.
    const outcomes = await Promise.allSettled([space.save(next('b', 'd')), space.save(next('b', 'e'))])
    same(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    same(
      sorted(await reopened(place, space, [version, ['rooms']])),
      sorted([[version, 'd'], ...['a', 'b', 'd'].map((id) => room(id, 1))]),
    )
  }),

  on('spaces of different names share nothing', async (place) => {
    const store = place.store()
    const names = [ANN, ['https://chat.example', 'bob'], ['https://other.example', 'ann']]
    for (const [i, name] of names.entries()) {
      const space = await store.open(name)
      same(await space.load([['rooms'], ['chunks']]), [])
      await space.save({ put: [room('r1', i), chunk('r1', i)] })
      await space.close()
    }
    for (const [i, name] of names.entries()) {
      const space = await store.open(name)
      same(await space.load([['rooms'], ['chunks', 'r1']]), [room('r1', i), chunk('r1', i)])
      await space.close()
    }
  }),

  on('the space without a name keeps who was last here', async (place) => {
    const first = await place.store().open([])
    const users: LocalRecord[] = [
      [['lastUsers', 'https://a.example'], 'ann'],
      [['lastUsers', 'https://b.example'], 'bob'],
    ]
    await first.save({ put: users })
    await first.close()
    const second = await place.store().open([])
    same(await second.load([['lastUsers', 'https://a.example']]), users.slice(0, 1))
    await second.save({ remove: [['lastUsers', 'https://a.example']] })
    same(await second.load([['lastUsers']]), users.slice(1))
    await second.close()
  }),

  on('erasing deletes this space, and no other', async (place) => {
    const store = place.store()
    const other = await store.open(['https://chat.example', 'bob'])
    await other.save({ put: [room('r1', 1)] })
    await other.close()
    const space = await store.open(ANN)
    await space.save({ put: [room('r1', 1), chunk('r1', 0), entry('c1', 1), META] })
    await space.erase()
    await refused(space.save({}), 'unavailable', 'deleted')
    const again = await store.open(ANN)
    same(await again.load([['rooms'], ['chunks'], ['entries'], ['meta']]), [])
    await again.close()
    const bob = await store.open(['https://chat.example', 'bob'])
    same(await bob.load([['rooms']]), [room('r1', 1)])
    await bob.close()
  }),

  on('texts and names come back byte for byte', async (place) => {
    const texts = [
      '👨‍👩‍👧‍👦 e\u0301 \u202e',
      '"\\\n\t\u2028\u2029',
      '</script>',
      '__proto__',
      'x'.repeat(8_000),
    ]
    const names = ['__proto__', 'constructor', '","', 'a-b_C', 'length']
    const at = ['https://chat.example/?a=1&b=ü#/../x', 'auth0|a:b@c.d+e']
    const space = await place.store().open(at)
    const records = names.flatMap((name, i): LocalRecord[] => [
      [['rooms', name], { roomId: name, text: texts[i] }],
      [['chunks', name, i], [{ text: texts[i] }]],
      [['entries', name], { clientId: name, data: { text: texts[i], [name]: null } }],
    ])
    for (const record of records) await space.save({ put: [record] })
    same(
      await reopened(
        place,
        space,
        records.map(([path]) => path),
        at,
      ),
      records,
    )
  }),

  on(
    'a value that cannot be kept is refused with its batch, as `invalid`, and the store goes on',
    async (place) => {
      const space = await place.store().open(ANN)
      const cycle: { self?: unknown } = {}
      cycle.self = cycle
      let kept = 0
      for (const [i, data] of [{ n: 1n }, cycle].entries()) {
        const odd: LocalRecord = [['entries', `odd-${i}`], { clientId: `odd-${i}`, data }]
        const saves = [
          space.save({ put: [entry(`before-${i}`, i)] }),
          space.save({ put: [room(`r-${i}`, i), odd] }),
          space.save({ put: [entry(`after-${i}`, i)] }),
        ] as const
        // A store that has a form for it may keep it.
        await saves[1].then(
          () => kept++,
          (error: unknown) => same(error instanceof LocalStoreError ? error.reason : error, 'invalid'),
        )
        await Promise.all([saves[0], saves[2]])
      }
      same((await space.load([['rooms']])).length, kept)
      same((await space.load([['entries']])).length, 4 + kept)
      await space.close()
    },
  ),

  on('a large batch is kept whole', async (place) => {
    const space = await place.store().open(ANN)
    const rows = Array.from({ length: 127 }, (_, i) => ({ seq: i, content: `text ${i} `.repeat(20) }))
    const records = Array.from({ length: 40 }, (_, i): LocalRecord => [['chunks', `room-${i % 12}`, i], rows])
    await space.save({ put: records })
    same(
      await reopened(
        place,
        space,
        records.map(([path]) => path),
      ),
      records,
    )
  }),
]

const ANN = ['https://chat.example', 'ann']
const META: LocalRecord = [['meta', 'meta'], { epoch: 'e1' }]
const room = (roomId: string, cursor: number): LocalRecord => [['rooms', roomId], { roomId, cursor }]
const chunk = (roomId: string, index: number): LocalRecord => [
  ['chunks', roomId, index],
  [{ seq: index * 128, content: `text of ${roomId}` }],
]
const piece = (clientId: string, index: number): LocalRecord => [['files', clientId, index], `piece ${index}`]
const entry = (clientId: string, order: number): LocalRecord => [
  ['entries', clientId],
  { clientId, order, data: { content: `text of ${clientId}` } },
]

function on(name: string, body: (place: StorePlace) => Promise<void>): LocalStoreCase {
  return {
    name,
    run: async (makePlace) => {
      const place = await makePlace()
      try {
        await body(place)
      } finally {
        await place.dispose?.()
      }
    },
  }
}

/** Closes a storage space and loads from another handle on it, as a reload does. */
async function reopened(
  place: StorePlace,
  space: LocalSpace,
  paths: readonly LocalPath[],
  name: readonly string[] = ANN,
): Promise<readonly LocalRecord[]> {
  await space.close()
  const next = await place.store().open(name)
  const records = await next.load(paths)
  await next.close()
  return records
}

async function refused(call: Promise<unknown>, ...reasons: LocalStoreError['reason'][]): Promise<void> {
  const outcome = await call.then(
    () => 'no error',
    (error: unknown) => (error instanceof LocalStoreError ? error.reason : error),
  )
  if (!reasons.some((reason) => reason === outcome)) same(outcome, reasons[0])
}

function same(actual: unknown, expected: unknown): void {
  const [a, b] = [canonical(actual), canonical(expected)]
  if (a !== b) throw new Error(`expected ${b.slice(0, 2_000)}\n     got ${a.slice(0, 2_000)}`)
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  ) ?? 'undefined'

/** The order of the records under one path is not promised. */
const sorted = (records: readonly LocalRecord[]): readonly LocalRecord[] =>
  [...records].sort((a, b) => (canonical(a[0]) < canonical(b[0]) ? -1 : 1))
