import { expect, test } from 'vitest'
import type { Room } from '../room'
import { addMessage } from '../test-support/model-room'
import { ROOM, World } from '../test-support/testing-world'

/** Message 7 was sent at 00:00:07. */
const timeOf = (seq: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, seq)).toISOString()

function filled(count: number): World {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: 'text' })
  return world
}

async function seqsOf(world: World, options: NonNullable<Parameters<Room['stream']>[0]>): Promise<number[]> {
  const ada = await world.live('ada')
  const seqs: number[] = []
  void (async () => {
    for await (const { seq } of ada.room.stream(options)) seqs.push(seq)
  })()
  await world.settle()
  return seqs
}

test.each([
  ['a time', { since: timeOf(7) }, [8, 9, 10]],
  ['a time with an offset', { since: '2026-01-01T01:00:07.500+01:00' }, [8, 9, 10]],
  ['a time before the first', { since: '2025-01-01' }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
  ['a time after the newest', { since: timeOf(59) }, []],
])('a stream since %s', async (_, options, seqs) => {
  expect(await seqsOf(filled(10), options)).toEqual(seqs)
})

test('a place counts in its own history, and its time in another one', async () => {
  const place = { after: 8, since: timeOf(3) }
  const world = filled(10)
  expect(await seqsOf(world, { ...place, epoch: world.server.epoch })).toEqual([9, 10])
  // Restored: what is new since stands before the place and after it.
  expect(await seqsOf(filled(10), { ...place, epoch: 'an earlier one' })).toEqual([4, 5, 6, 7, 8, 9, 10])
  expect(await seqsOf(filled(5), { ...place, epoch: 'an earlier one' })).toEqual([4, 5])
})

test('since that is no time is refused', async () => {
  const ada = await filled(1).live('ada')
  const next = ada.room.stream({ since: 'yesterday' })[Symbol.asyncIterator]().next()
  await expect(next).rejects.toMatchObject({ code: 'INVALID_PAYLOAD', field: 'since' })
})

test('the room list is loaded once it was read, and the epoch is known', async () => {
  const world = filled(1)
  const ada = await world.live('ada')
  expect(ada.chat.getState()).toMatchObject({ roomsLoaded: true, epoch: world.server.epoch })
})
