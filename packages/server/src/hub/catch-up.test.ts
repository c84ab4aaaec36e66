import { asRoomId, type Head, type RoomId } from '@roomful/protocol'
import { beforeEach, describe, expect, test } from 'vitest'
import { ManualClock } from '../node/test-node'
import { CatchUp, type CatchUpDeps } from './catch-up'

const [general, quiet] = [asRoomId('general'), asRoomId('quiet')]
const head = (rev: number): Head => ({ rev, lastSeq: rev })
const silent = { debug() {}, info() {}, warn() {}, error() {} }

/** A database that goes on to `truth`, and subscribers who were told up to `told`, page by page of two revs. */
function world(deps: Partial<CatchUpDeps> = {}) {
  const clock = new ManualClock()
  const truth = new Map<RoomId, number>([
    [general, 5],
    [quiet, 1],
  ])
  const delivered = new Map(truth)
  const reads: string[] = []
  const catchUp = new CatchUp({
    clock,
    log: silent,
    isShared: true,
    isBusUp: () => true,
    rooms: () => delivered.keys(),
    deliveredHead: (roomId) => (delivered.has(roomId) ? head(delivered.get(roomId) ?? 0) : undefined),
    readHeads: async (roomIds) => {
      reads.push(`heads ${roomIds.length}`)
      return new Map(roomIds.map((roomId) => [roomId, head(truth.get(roomId) ?? 0)]))
    },
    readMissed: async (roomId, { rev }) => {
      reads.push(`rows ${roomId}`)
      const to = Math.min(rev + 2, truth.get(roomId) ?? 0)
      return to > rev ? { roomId, previous: head(rev), head: head(to), changes: [] } : undefined
    },
    onMissed: (batch) => delivered.set(batch.roomId, batch.head.rev),
    ...deps,
  })
  return { clock, truth, delivered, reads, catchUp }
}

describe('catching up', () => {
  let w: ReturnType<typeof world>
  beforeEach(() => {
    w = world()
  })

  test('one query for all rooms every 5 s, and nothing more where nothing is missing', async () => {
    await w.clock.pass(11_000)
    expect(w.reads).toEqual(['heads 2', 'heads 2'])
  })

  test('what was lost is told, page by page up to the head', async () => {
    w.truth.set(general, 10)
    await w.clock.pass(5_300)
    expect(w.delivered.get(general)).toBe(10)
    expect(w.reads.filter((read) => read === 'rows general')).toHaveLength(4)
    expect(w.reads).not.toContain('rows quiet')
  })

  test('what is only a little late is not read', async () => {
    w.truth.set(general, 6)
    await w.clock.pass(5_100)
    w.delivered.set(general, 6)
    await w.clock.pass(1_000)
    expect(w.reads).toEqual(['heads 2'])
  })

  test('every second while the bus is down', async () => {
    w = world({ isBusUp: () => false })
    await w.clock.pass(3_500)
    expect(w.reads).toHaveLength(3)
  })

  test('alone with its database it looks only where there is a doubt', async () => {
    w = world({ isShared: false })
    await w.clock.pass(60_000)
    expect(w.reads).toEqual([])
    w.truth.set(general, 6)
    w.catchUp.soon(general)
    w.catchUp.soon(general)
    await w.clock.pass(1_300)
    expect(w.reads.slice(0, 2)).toEqual(['heads 1', 'rows general'])
    expect(w.delivered.get(general)).toBe(6)
  })

  test('a database that is away is asked again later', async () => {
    let isAway = true
    const { truth } = w
    w = world({
      readHeads: async () => {
        if (isAway) throw new Error('away')
        return new Map([[general, head(6)]])
      },
    })
    truth.set(general, 6)
    w.truth.set(general, 6)
    await w.clock.pass(6_000)
    expect(w.delivered.get(general)).toBe(5)
    isAway = false
    await w.clock.pass(5_300)
    expect(w.delivered.get(general)).toBe(6)
  })

  test('a doubt stays until it could be looked at, also alone with its database', async () => {
    let isAway = true
    w = world({
      isShared: false,
      readHeads: async () => {
        if (isAway) throw new Error('away')
        return new Map([[general, head(6)]])
      },
    })
    w.truth.set(general, 6)
    w.catchUp.soon(general)
    await w.clock.pass(6_000)
    expect(w.delivered.get(general)).toBe(5)
    isAway = false
    await w.clock.pass(1_300)
    expect(w.delivered.get(general)).toBe(6)
  })

  test('a room that nobody subscribes to any more is left alone', async () => {
    w.truth.set(general, 6)
    await w.clock.pass(5_100)
    w.delivered.delete(general)
    await w.clock.pass(1_000)
    expect(w.reads).toEqual(['heads 2'])
  })

  test('stopped, it asks nothing more', async () => {
    w.catchUp.soon(general)
    w.catchUp.stop()
    w.catchUp.all()
    await w.clock.pass(20_000)
    expect(w.reads).toEqual([])
  })
})
