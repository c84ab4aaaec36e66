import { describe, expect, test } from 'vitest'
import { type BotStore, LeaseLostError } from '../store/port'

/** One place, at which several processes may open the store. `now` moves the clock of its leases, where it has one. */
export type StorePlace = {
  open(): Promise<BotStore>
  /** The holder ends without a word, and its lease runs out. */
  kill(store: BotStore, ttlMs: number): Promise<void>
  end(): Promise<void>
}

const TTL_MS = 60_000

/** What every store of a bot has to hold. */
export function botStoreContract(name: string, createPlace: () => Promise<StorePlace>): void {
  async function withPlace(run: (place: StorePlace) => Promise<void>): Promise<void> {
    const place = await createPlace()
    try {
      await run(place)
    } finally {
      await place.end()
    }
  }
  const opened = async (place: StorePlace, holder = 'a') => {
    const store = await place.open()
    return { store, lease: (await store.acquire(holder, TTL_MS)) ?? 0 }
  }
  const everything = (store: BotStore) => store.list('sessions', { limit: 100 })

  describe(name, () => {
    test('keeps what is written, in its table, and lists it by key, a page at a time', () =>
      withPlace(async (place) => {
        const { store, lease } = await opened(place)
        const value = { text: 'ä\u0000"\\', list: [1, null], nothing: null }
        await store.write(
          ['b', 'a', 'c', 'B'].map((key) => ({ table: 'sessions', key, value: { key, ...value } })),
          lease,
        )
        await store.write([{ table: 'cursors', key: 'a', value: 1 }], lease)
        expect(await store.get('sessions', 'a')).toEqual({ key: 'a', ...value })
        expect(await store.get('cursors', 'b')).toBeUndefined()
        expect((await store.list('sessions', { limit: 3 })).map(({ key }) => key)).toEqual(['B', 'a', 'b'])
        expect(await store.list('sessions', { after: 'b', limit: 3 })).toEqual([
          { key: 'c', value: { key: 'c', ...value } },
        ])
        await store.close()
      }))

    test('a later value takes the place of an earlier one, and undefined deletes', () =>
      withPlace(async (place) => {
        const { store, lease } = await opened(place)
        await store.write([{ table: 'jobs', key: 'a', value: 1 }], lease)
        await store.write(
          [
            { table: 'jobs', key: 'a', value: 2 },
            { table: 'jobs', key: 'gone', value: undefined },
          ],
          lease,
        )
        expect(await store.get('jobs', 'a')).toBe(2)
        await store.write([{ table: 'jobs', key: 'a', value: undefined }], lease)
        expect(await store.list('jobs', { limit: 9 })).toEqual([])
        await store.close()
      }))

    test('trim keeps what was written last', () =>
      withPlace(async (place) => {
        const { store, lease } = await opened(place)
        for (const key of ['a', 'b', 'c', 'd', 'a'])
          await store.write([{ table: 'sessions', key, value: key }], lease)
        await store.write([{ table: 'cursors', key: 'a', value: 1 }], lease)
        await store.trim('sessions', 2, lease)
        expect((await everything(store)).map(({ key }) => key)).toEqual(['a', 'd'])
        await store.trim('sessions', 5, lease)
        expect(await everything(store)).toHaveLength(2)
        expect(await store.get('cursors', 'a')).toBe(1)
        await store.close()
      }))

    test('is there when it is opened again, with a higher lease', () =>
      withPlace(async (place) => {
        const first = await opened(place)
        await first.store.write([{ table: 'sessions', key: 'a', value: 1 }], first.lease)
        await first.store.release('a')
        await first.store.close()
        const second = await opened(place, 'b')
        expect(second.lease).toBeGreaterThan(first.lease)
        expect(await everything(second.store)).toEqual([{ key: 'a', value: 1 }])
        await second.store.close()
      }))

    test('one holder at a time: the other waits until it is released, and a renewed lease is the same', () =>
      withPlace(async (place) => {
        const first = await opened(place)
        const other = await place.open()
        expect(await other.acquire('b', TTL_MS)).toBeUndefined()
        expect(await first.store.acquire('a', TTL_MS)).toBe(first.lease)
        expect(await other.acquire('b', TTL_MS)).toBeUndefined()
        await other.release('b')
        expect(await other.acquire('b', TTL_MS)).toBeUndefined()
        await first.store.release('a')
        expect(await other.acquire('b', TTL_MS)).toBeGreaterThan(first.lease)
        await other.close()
        await first.store.close()
      }))

    test('a holder that was silent for too long is replaced, and changes nothing any more', () =>
      withPlace(async (place) => {
        const first = await opened(place)
        await first.store.write([{ table: 'sessions', key: 'a', value: 'first' }], first.lease)
        await place.kill(first.store, TTL_MS)
        const second = await opened(place, 'b')
        expect(second.lease).toBeGreaterThan(first.lease)
        await second.store.write([{ table: 'sessions', key: 'a', value: 'second' }], second.lease)
        const late = first.store.write([{ table: 'sessions', key: 'a', value: 'late' }], first.lease)
        await expect(late).rejects.toThrow(LeaseLostError)
        await expect(first.store.trim('sessions', 0, first.lease)).rejects.toThrow(LeaseLostError)
        expect(await everything(second.store)).toEqual([{ key: 'a', value: 'second' }])
        await second.store.close()
      }))
  })
}
