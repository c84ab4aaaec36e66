import { asUserId } from '@roomful/protocol'
import { describe, expect, test, vi } from 'vitest'
import { ManualClock } from '../node/test-node'
import { Device } from './device'
import { DeviceRegistry } from './device-registry'
import { Revocations } from './revocations'
import { SessionWatch } from './session-watch'

const MINUTE = 60_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }

const ids = (count: number) => Array.from({ length: count }, (_, i) => asUserId(`user-${i}`))

/** The devices of one node, each of another user, and how often all of them were looked at. */
function scene(count = 0) {
  const clock = new ManualClock()
  const devices = new DeviceRegistry()
  const closed: string[] = []
  const connect = (name: string, issuedAt: number, sid?: string): Device => {
    const connection = { id: name, emit() {}, join() {}, leave() {}, close: () => void closed.push(name) }
    const identity = {
      id: asUserId(name),
      name,
      admin: false,
      issuedAt,
      ...(sid === undefined ? {} : { sid }),
    }
    const device = new Device(connection, 2, identity)
    devices.add(device)
    return device
  }
  for (const id of ids(count)) connect(id, clock.now())
  const all = vi.spyOn(devices, 'all')
  return { clock, devices, closed, connect, revocations: new Revocations(clock, devices), all }
}

/** How many entries of maps the work looks at. */
async function looksOf(work: () => unknown): Promise<number> {
  let looks = 0
  const { entries } = Map.prototype
  const spy = vi.spyOn(Map.prototype, Symbol.iterator).mockImplementation(function* (
    this: Map<unknown, unknown>,
  ) {
    for (const entry of entries.call(this)) {
      looks++
      yield entry
    }
    return undefined
  })
  try {
    await work()
  } finally {
    spy.mockRestore()
  }
  return looks
}

describe('P12: four times as many sessions that end in a minute cost four times as much, not sixteen', () => {
  test.each([
    ['all of a user', (to: Revocations, id: string) => to.end(asUserId(id), 1)],
    ['one by one', (to: Revocations, id: string) => to.add(id)],
  ])('%s', async (_, note) => {
    const looks = (count: number): Promise<number> => {
      const { revocations } = scene()
      // Each is found again and again, by one node or another.
      const turns = [1, 2, 3].flatMap(() => ids(count))
      return looksOf(() => {
        for (const id of turns) note(revocations, id)
      })
    }
    expect(await looks(400)).toBeLessThanOrEqual(5 * (await looks(100)))
  })

  test('of users who have signed in again, as each look into the database finds them', async () => {
    const looks = async (count: number): Promise<number> => {
      const { clock, devices, revocations, closed } = scene(count)
      const watch = new SessionWatch({
        ...{ clock, log: silent, revocations, isShared: true },
        sids: () => [],
        readRevoked: async () => [],
        userIds: () => devices.users(),
        readEnded: async (userIds) => new Map(userIds.map((id) => [id, clock.now() - MINUTE])),
      })
      const looked = await looksOf(() => clock.pass(3_000))
      watch.stop()
      expect(closed).toEqual([])
      return looked
    }
    expect(await looks(400)).toBeLessThanOrEqual(5 * (await looks(100)))
  })
})

test('P12: a revocation that is repeated until it is written looks at all devices once', () => {
  const { clock, revocations, connect, closed, all } = scene()
  connect('ann', clock.now(), 's1')
  for (let i = 0; i < 30; i++) revocations.add('s1')
  expect(closed).toEqual(['ann'])
  expect(all).toHaveBeenCalledTimes(1)
})

describe('P8: an ended session', () => {
  test('of a user whose other devices have signed in since ends too', async () => {
    const { clock, devices, revocations, connect, closed } = scene()
    const endedAt = clock.now()
    connect('new', endedAt + 1_000)
    connect('old', endedAt - 1_000)
    const watch = new SessionWatch({
      ...{ clock, log: silent, revocations, isShared: true },
      sids: () => [],
      readRevoked: async () => [],
      userIds: () => devices.users(),
      readEnded: async (userIds) => new Map(userIds.map((id) => [id, endedAt])),
    })
    await clock.pass(1_000)
    watch.stop()
    expect(closed).toEqual(['old'])
  })

  test('is refused for a minute, also of those that were ended before and after it, and then by the store alone', async () => {
    const { clock, revocations } = scene()
    const ann = { id: asUserId('ann'), name: 'Ann', admin: false, issuedAt: clock.now(), sid: 's1' }
    const isRefused = (): boolean[] => [revocations.refuses(ann), revocations.has('s1')]
    const note = (): void => {
      revocations.end(ann.id, clock.now())
      revocations.add('s1')
    }
    note()
    await clock.pass(MINUTE / 2)
    note()
    await clock.pass(MINUTE - 1)
    expect(isRefused()).toEqual([true, true])
    await clock.pass(1)
    expect(isRefused()).toEqual([false, false])
  })
})
