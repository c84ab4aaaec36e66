import { describe, expect, test } from 'vitest'
import type { StorageState } from '../../chat'
import { sampleRow } from '../../core/timeline/sample-rows'
import { LocalStoreError } from '../../ports/local-store'
import { GuardedStore } from '../guarded-store'
import { handClock } from '../hand-clock'
import { memoryStore } from '../memory-store'

const ann = { url: 'https://chat.example', userId: 'ann' }
const entryOf = (clientId: string, order = 1) => ({ clientId, roomId: 'r1', order, data: 'hi' })
const roomOf = (roomId: string) => ({
  roomId,
  cursor: 2,
  lastSeq: 2,
  ranges: [{ from: 1, to: 2 }],
  lastReadSeq: 0,
  floorSeq: 1,
  item: null,
  draft: `draft of ${roomId}`,
  usedAt: 1,
})
const chunkOf = (roomId: string) => ({ roomId, index: 0, messages: [sampleRow(1, 1), sampleRow(2, 2)] })

describe('a value that can never be kept', () => {
  /** On a disk that refuses what says `odd`, as a store of an app may refuse anything. */
  function picky(refuse: () => Error) {
    const inner = memoryStore()
    const invalid: string[] = []
    const states: StorageState[] = []
    const guarded = new GuardedStore(
      {
        ...inner,
        write: async (write) => {
          if (JSON.stringify(write).includes('odd')) throw refuse()
          await inner.write(write)
        },
      },
      {
        clock: handClock(),
        onState: (state) => states.push(state),
        onReopened: () => undefined,
        onInvalid: (entries) => invalid.push(...entries.map(({ clientId }) => clientId)),
      },
    )
    return { inner, guarded, invalid, states }
  }

  test.each<[string, () => Error]>([
    ['the port', () => new LocalStoreError('invalid', 'not here')],
    ['a structured clone', () => new DOMException('() => 1 could not be cloned.', 'DataCloneError')],
    ['JSON in Chromium', () => new TypeError('Do not know how to serialize a BigInt')],
    ['JSON in Firefox', () => new TypeError('cyclic object value')],
    ['JSON in Safari', () => new TypeError('JSON.stringify cannot serialize cyclic structures.')],
  ])(
    'in an entry, in the words of %s: all that was to be written with it is kept',
    async (_whose, refuse) => {
      const { inner, guarded, invalid, states } = picky(refuse)
      await guarded.open(ann)
      await guarded.write({ putEntries: [entryOf('c0')] })
      const entries = [entryOf('c1', 1), { ...entryOf('c2', 2), data: 'odd' }, entryOf('c3', 3)]
      const write = {
        rooms: [roomOf('r1')],
        chunks: [chunkOf('r1')],
        putEntries: entries,
        deleteEntries: ['c0'],
      }
      await guarded.write(write)
      expect(invalid).toEqual(['c2'])
      await guarded.write({ putEntries: [entryOf('c4', 4)] })
      expect(await inner.readChunks('r1', [0])).toHaveLength(1)
      expect((await inner.open(ann)).entries.map(({ clientId }) => clientId)).toEqual(['c1', 'c3', 'c4'])
      expect(states).toEqual([])
    },
  )

  test('in a room: its rows go, those of the others are kept, and so is what can be of its record', async () => {
    const { inner, guarded, states } = picky(() => new LocalStoreError('invalid', 'not here'))
    await guarded.open(ann)
    await guarded.write({ rooms: [roomOf('r1'), roomOf('r2')], chunks: [chunkOf('r1'), chunkOf('r2')] })
    const odd = { ...chunkOf('r1'), messages: [{ ...sampleRow(1, 3), content: 'odd' }] }
    await guarded.write({ rooms: [roomOf('r1'), roomOf('r2')], chunks: [odd], putEntries: [entryOf('c1')] })
    expect(await guarded.readChunks('r1', [0])).toEqual([])
    expect(await guarded.readChunks('r2', [0])).toHaveLength(1)
    const kept = async () =>
      (await inner.open(ann)).rooms.map(({ roomId, ranges }) => [roomId, ranges.length])
    expect((await kept()).sort()).toEqual([
      ['r1', 0],
      ['r2', 1],
    ])
    await guarded.write({ rooms: [{ ...roomOf('r1'), draft: 'odd' }, roomOf('r2')] })
    expect(await kept()).toEqual([['r2', 1]])
    expect(states).toEqual([])
  })
})
