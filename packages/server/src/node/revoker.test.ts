import { describe, expect, test } from 'vitest'
import { MemoryStore } from '../stores/memory/memory-store'
import { StoreError } from '../stores/port'
import { wire } from './test-buses'
import { flushPromises, ManualClock, testNode } from './test-node'

/** Two nodes on one database, whose bus and disk can fail. */
function twoNodes() {
  const clock = new ManualClock()
  const store = new MemoryStore({ epoch: 'epoch-1', now: clock.now })
  const disk = { isFull: false }
  const revokeSession = store.revokeSession.bind(store)
  store.revokeSession = async (sid, untilMs) => {
    if (disk.isFull) throw new StoreError('STORAGE_FULL', 'the disk is full')
    await revokeSession(sid, untilMs)
  }
  const buses = wire()
  const [a, b] = [0, 1].map((index) =>
    testNode({ clock, store, bus: buses.bus(index), nodeId: `node-${index}`, idPrefix: `n${index}` }),
  )
  if (!a || !b) throw new Error('unreachable')
  return { clock, store, disk, buses, a, b }
}

describe('P8: a session that is revoked on one node', () => {
  test.each([
    ['reach the others', undefined],
    ['are lost, and no node knows of it', 'lose'],
    ['cannot be sent', 'cut'],
  ] as const)('ends on all of them within a second where its messages %s', async (_, fault) => {
    const { clock, buses, a, b } = twoNodes()
    const [here, there, other] = [
      await a.device('ann?sid=s1'),
      await b.device('ann?sid=s1'),
      await b.device('ann?sid=s2'),
    ]
    await flushPromises()
    if (fault) buses[fault](true)
    await a.node.revokeSession('s1')
    expect(here.isOpen()).toBe(false)
    await clock.pass(1_000)
    expect([there.isOpen(), other.isOpen()]).toEqual([false, true])
    expect(there.all('bye')).toEqual([{ reason: 'SESSION_REVOKED' }])
  })
})

describe('P8: a session that is revoked while the disk is full', () => {
  test('ends at once on all nodes, is admitted by none, and is written when there is room', async () => {
    const { clock, store, disk, a, b } = twoNodes()
    const [here, there] = [await a.device('ann?sid=s1'), await b.device('ann?sid=s1')]
    disk.isFull = true
    await expect(a.node.revokeSession('s1')).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    await flushPromises()
    expect([here.isOpen(), there.isOpen()]).toEqual([false, false])
    // Longer than the timeout of a handshake.
    await clock.pass(300_000)
    for (const { node } of [a, b])
      expect(await node.admit({ token: 'ann?sid=s1' })).toMatchObject({ code: 'SESSION_REVOKED' })
    expect(await a.node.identify('ann?sid=s1')).toMatchObject({ code: 'SESSION_REVOKED' })
    expect(await store.isSessionRevoked('s1')).toBe(false)
    disk.isFull = false
    await clock.pass(1_000)
    expect(await store.isSessionRevoked('s1')).toBe(true)
    expect(a.node.services.hub.isRevoked('s1')).toBe(true)
    await clock.pass(60_000)
    // From now on the store refuses it.
    expect(a.node.services.hub.isRevoked('s1')).toBe(false)
    expect(await a.node.admit({ token: 'ann?sid=s1' })).toMatchObject({ code: 'SESSION_REVOKED' })
  })

  test('a thousand of them are kept, and no more than ten thousand', async () => {
    const { clock, store, disk, a } = twoNodes()
    disk.isFull = true
    const until = clock.now() + 3_600_000
    for (let i = 0; i < 10_001; i++) await a.node.revokeSession(`s${i}`, until).catch(() => {})
    expect([a.node.services.hub.isRevoked('s0'), a.node.services.hub.isRevoked('s1')]).toEqual([true, true])
    disk.isFull = false
    await clock.pass(2_000)
    const written = await store.revokedSessions(Array.from({ length: 10_001 }, (_, i) => `s${i}`))
    expect(written).toHaveLength(10_000)
  })

  test('one whose tokens have expired meanwhile is not written', async () => {
    const { clock, store, disk, a } = twoNodes()
    disk.isFull = true
    await a.node.revokeSession('s1', clock.now() + 10_000).catch(() => {})
    await clock.pass(70_000)
    disk.isFull = false
    await clock.pass(2_000)
    expect(await store.isSessionRevoked('s1')).toBe(false)
    expect(a.node.services.hub.isRevoked('s1')).toBe(false)
  })
})
