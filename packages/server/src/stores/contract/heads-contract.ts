import { asRoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { headOf, newRoom, say } from './contract-room'
import type { ContractContext } from './store-contract'

export function headsContract({ store }: ContractContext): void {
  describe('heads', () => {
    test('of many rooms at once; a missing room is not among them', async () => {
      const [first, second] = [await newRoom(store()), await newRoom(store())]
      await say(store(), second, 'ann', 'one')
      await say(store(), second, 'bob', 'two')
      const asked = [first, asRoomId('nowhere'), second]
      const heads = await store().read((reader) => reader.heads(asked))
      expect([...heads].sort()).toEqual(
        [
          [first, { rev: 2, lastSeq: 0 }],
          [second, { rev: 4, lastSeq: 2 }],
        ].sort(),
      )
      expect(heads.get(second)).toEqual(await headOf(store(), second))
    })

    test('of no rooms are none', async () => {
      await newRoom(store())
      expect(await store().read((reader) => reader.heads([]))).toEqual(new Map())
    })
  })
}
