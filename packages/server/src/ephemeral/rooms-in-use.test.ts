import { asRoomId, type RoomId } from '@roomful/protocol'
import { afterEach, expect, test } from 'vitest'
import { flushPromises, ManualClock } from '../node/test-node'
import type { Log } from '../ports/log'
import { Turns } from '../stores/sqlite/turns'
import { SWEEP_ROOMS } from './ephemeral-store'
import { RoomsInUse, type RoomsInUseParts } from './rooms-in-use'

const MINUTE_MS = 60_000
const log: Log = { debug() {}, info() {}, warn() {}, error() {} }
const clock = new ManualClock()
let rooms: RoomsInUse
afterEach(() => rooms.stop())

function start(parts: Partial<RoomsInUseParts>): { touched: (readonly RoomId[])[]; sweeps: number[] } {
  const touched: (readonly RoomId[])[] = []
  /** How many each sweep removes; then none. */
  const sweeps: number[] = []
  const store = {
    touch: async (ids: readonly RoomId[]) => void touched.push(ids),
    sweep: async () => sweeps.shift() ?? 0,
  }
  rooms = new RoomsInUse({ store, clock, log, inhabited: () => [], ...parts })
  return { touched, sweeps }
}

test('the ephemeral rooms of connected users are marked as in use, others are not', async () => {
  const ids = ['general', 'ephemeral_1', 'ephemeral_2'].map(asRoomId)
  const { touched } = start({ inhabited: () => ids })
  await clock.pass(MINUTE_MS)
  await clock.pass(MINUTE_MS)
  expect(touched).toEqual([ids.slice(1), ids.slice(1)])
})

test('rooms in use nowhere are removed in one round, however many', async () => {
  const { sweeps } = start({})
  sweeps.push(SWEEP_ROOMS, SWEEP_ROOMS, 3)
  await clock.pass(MINUTE_MS)
  expect(sweeps).toEqual([])
})

test('P12: a walk over very many rooms yields to other work', async () => {
  let steps = 0
  // Each read of the clock takes a millisecond.
  const turns = new Turns(() => ++steps)
  const inhabited = () => Array.from({ length: 1_000 }, (_, n) => asRoomId(`ephemeral_${n}`))
  const { touched } = start({ inhabited, turns })
  await clock.pass(MINUTE_MS)
  let waited = 0
  for (; touched.length === 0; waited++) await flushPromises()
  expect(waited).toBeGreaterThan(100)
  expect(touched[0]).toHaveLength(1_000)
})
