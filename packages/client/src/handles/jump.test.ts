import { expect, test } from 'vitest'
import type { Room } from '../room'
import { twoPeople } from '../test-support/two-people'

/** Ada in a room with a thousand messages of bob's, of which the newest are loaded. */
const reader = () => twoPeople({ history: 1_000, client: {} })
const seqs = (room: Room): number[] => room.messages().map(({ seq }) => seq)

test('a message is found by its id, loaded or not, and the room says where it is', async () => {
  const { world, ada } = await reader()
  void ada.jumpTo(300)
  await world.settle()
  const old = ada.messages().find(({ seq }) => seq === 310)
  void ada.jumpTo(Number.POSITIVE_INFINITY)
  await world.settle()
  expect(ada.getState().jump).toEqual({ seq: null })
  expect(seqs(ada)).not.toContain(310)
  // As a link has it: the room does not hold the message.
  const { world: other, ada: stranger } = await reader()
  const found = stranger.jumpTo(old?.id ?? '')
  await other.settle()
  await found
  expect(seqs(stranger)).toContain(310)
  expect(stranger.getState()).toMatchObject({ jump: { seq: 310 }, hasNewer: true })
})

test('an id of which the user may see nothing is MESSAGE_NOT_FOUND, and moves nothing', async () => {
  const { world, ada } = await reader()
  const before = seqs(ada)
  const jump = ada.jumpTo('no-such-message')
  const end = expect(jump).rejects.toMatchObject({ code: 'MESSAGE_NOT_FOUND' })
  await world.settle()
  await end
  expect(seqs(ada)).toEqual(before)
  expect(ada.getState().jump).toBeNull()
})

test('a date is the first message of that time or later', async () => {
  const { world, ada } = await reader()
  void ada.jumpTo(300)
  await world.settle()
  const wanted = ada.messages().find(({ seq }) => seq === 310)
  void ada.jumpTo(Number.POSITIVE_INFINITY)
  await world.settle()
  const jump = ada.jumpTo(new Date(wanted?.createdAt ?? ''))
  await world.settle()
  await jump
  const { seq = 0 } = ada.getState().jump ?? {}
  const landed = ada.messages().find((message) => message.seq === seq)
  expect(landed?.createdAt).toBe(wanted?.createdAt)
})

test('no date is refused', async () => {
  const { ada } = await reader()
  await expect(ada.jumpTo(new Date('no date'))).rejects.toMatchObject({
    code: 'INVALID_PAYLOAD',
    field: 'place',
  })
})

test('a jump to what is loaded is told too, each as a new object; paging is none', async () => {
  const { world, ada } = await reader()
  await ada.jumpTo(990)
  const first = ada.getState().jump
  await ada.jumpTo(990)
  expect(ada.getState().jump).toEqual({ seq: 990 })
  expect(ada.getState().jump).not.toBe(first)
  const before = ada.getState().jump
  void ada.loadOlder()
  await world.settle()
  expect(ada.getState().jump).toBe(before)
})

test('a later jump wins over one that is under way', async () => {
  const { world, ada } = await reader()
  const first = ada.jumpTo(300)
  void ada.jumpTo(500)
  await world.settle()
  await first
  expect(ada.getState().jump).toEqual({ seq: 500 })
  expect(seqs(ada)).toContain(500)
})
