import { describe, expect, test } from 'vitest'
import { MemoryStore } from '../stores/memory/memory-store'
import { StoreError } from '../stores/port'
import { testNode } from './test-node'

describe('a token', () => {
  test('expires on an open connection: the server asks for a fresh one, and closes it within 5 s', async () => {
    const node = testNode()
    const expiresAt = node.clock.now() + 60_000
    const ann = await node.device(`ann?expiresAt=${expiresAt}`)
    await node.clock.pass(59_000)
    expect(ann.all('bye')).toEqual([])
    await node.clock.pass(1_000)
    expect(ann.all('bye')).toEqual([{ reason: 'TOKEN_EXPIRED' }])
    expect(await ann.ask('list-rooms')).toMatchObject({ ok: false, code: 'TOKEN_EXPIRED', retry: 'auth' })
    expect(ann.isOpen()).toBe(true)
    await node.clock.pass(5_000)
    expect(ann.isOpen()).toBe(false)
  })

  test('is refreshed on the open connection, before it expires or when asked', async () => {
    const node = testNode()
    const ann = await node.device(`ann?expiresAt=${node.clock.now() + 10_000}`)
    await node.clock.pass(11_000)
    const expiresAt = node.clock.now() + 100_000
    const ack = await ann.ask('refresh-token', { token: `ann?expiresAt=${expiresAt}` })
    expect(ack).toEqual({ ok: true, expiresAt: new Date(expiresAt).toISOString() })
    await node.clock.pass(50_000)
    expect(ann.isOpen()).toBe(true)
    expect(await ann.ask('list-rooms')).toMatchObject({ ok: true })
  })

  test('that has expired refreshes nothing, however often it is shown', async () => {
    const node = testNode()
    const expired = `ann?expiresAt=${node.clock.now() + 10_000}`
    const ann = await node.device(expired)
    await node.clock.pass(10_000)
    for (let asked = 0; asked < 2; asked++) {
      expect(await ann.ask('refresh-token', { token: expired })).toMatchObject({ code: 'TOKEN_EXPIRED' })
      await node.clock.pass(3_000)
    }
    expect(ann.isOpen()).toBe(false)
  })

  test('of another user refreshes nothing', async () => {
    const node = testNode()
    const ann = await node.device('ann')
    expect(await ann.ask('refresh-token', { token: 'bob' })).toMatchObject({ code: 'TOKEN_INVALID' })
  })
})

describe('a revoked session', () => {
  test('that was signed out with one of its tokens admits none, also after that one has expired', async () => {
    const node = testNode()
    const token = (lastsMs: number) => `ann?sid=s1&expiresAt=${node.clock.now() + lastsMs}`
    const later = token(900_000)
    expect(await node.node.logout(token(90_000))).toBe(true)
    await node.clock.pass(100_000)
    // Those that are over are dropped with the next one.
    await node.node.revokeSession('s2')
    expect(await node.node.admit({ token: later, protocol: 2 })).toMatchObject({ code: 'SESSION_REVOKED' })
  })

  test('is notified and closed on its open connections, and never admitted again', async () => {
    const node = testNode()
    const [ann, other] = [await node.device('ann?sid=s1'), await node.device('ann?sid=s2')]
    await node.node.revokeSession('s1')
    expect(ann.all('bye')).toEqual([{ reason: 'SESSION_REVOKED' }])
    expect([ann.isOpen(), other.isOpen()]).toEqual([false, true])
    expect(await node.node.admit({ token: 'ann?sid=s1' })).toMatchObject({ code: 'SESSION_REVOKED' })
    expect(await other.ask('refresh-token', { token: 'ann?sid=s1' })).toMatchObject({
      code: 'SESSION_REVOKED',
    })
  })

  test('between the handshake and the opening of the connection: it is not admitted', async () => {
    const node = testNode()
    const handshake = await node.node.admit({ token: 'ann?sid=s1' })
    if ('ok' in handshake) throw new Error(handshake.code)
    await node.node.revokeSession('s1')
    const byes: unknown[] = []
    const connection = {
      id: 'line',
      emit: (_: string, payload: unknown) => byes.push(payload),
      join: () => {},
      leave: () => {},
      close: (bye: unknown) => byes.push(bye),
    }
    expect(node.node.open(connection, handshake)).toBeUndefined()
    expect(byes).toEqual([{ reason: 'SESSION_REVOKED' }])
    expect(node.node.services.hub.devices.size).toBe(0)
  })
})

describe('limits', () => {
  test('20 connections a user, and the 21st when one has closed', async () => {
    const node = testNode()
    const devices = await Promise.all(Array.from({ length: 20 }, () => node.device('ann')))
    const refused = await node.node.admit({ token: 'ann' })
    expect(refused).toMatchObject({ code: 'RATE_LIMITED', limit: 20, retryAfterMs: 15_000 })
    devices[0]?.close()
    expect(await node.node.admit({ token: 'ann' })).toMatchObject({ protocol: 1 })
  })

  test('requests a second on one connection', async () => {
    const node = testNode({ rates: { eventsPerSecond: 5 } })
    const ann = await node.device('ann')
    const answers = await Promise.all(Array.from({ length: 7 }, () => ann.ask('list-rooms')))
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true, false, false])
    expect(answers[6]).toMatchObject({ code: 'RATE_LIMITED', retry: 'after', retryAfterMs: 200 })
    await node.clock.pass(200)
    expect(await ann.ask('list-rooms')).toMatchObject({ ok: true })
  })

  test('a batch of sends: as many as there are tokens for, then one RATE_LIMITED, the rest not attempted', async () => {
    const node = testNode({ rates: { sendsPerSecond: 10, sendsBurst: 2 } })
    const ann = await node.device('ann')
    const { id: roomId } = (await ann.ask('create-room', { name: 'R', type: 'public' })).room as {
      id: string
    }
    const messages = [1, 2, 3, 4].map((n) => ({ content: `m${n}`, clientId: `client-${n}000` }))
    const { results } = await ann.ask('send-messages', { roomId, messages })
    expect(results).toMatchObject([
      { ok: true, message: { seq: 1 } },
      { ok: true, message: { seq: 2 } },
      { ok: false, code: 'RATE_LIMITED', retryAfterMs: 100 },
      { ok: false, code: 'NOT_ATTEMPTED', retry: 'now' },
    ])
  })
})

describe('a store that fails', () => {
  test('is answered with its code; any other error is INTERNAL, logged, and not sent', async () => {
    const store = new MemoryStore({ epoch: 'epoch-1' })
    const node = testNode({ store })
    const ann = await node.device('ann')
    store.read = () => Promise.reject(new StoreError('UNAVAILABLE', 'no connection to db.internal'))
    const unavailable = await ann.ask('list-rooms')
    expect(unavailable).toMatchObject({ ok: false, code: 'UNAVAILABLE', retry: 'after' })
    expect(JSON.stringify(unavailable)).not.toContain('db.internal')
    store.read = () => Promise.reject(new Error('a secret of the inside'))
    const internal = await ann.ask('list-rooms')
    expect(internal).toMatchObject({ ok: false, code: 'INTERNAL', requestId: expect.any(String) })
    expect(JSON.stringify(internal)).not.toContain('inside')
    expect(node.logged).toHaveLength(1)
  })
})

describe('draining', () => {
  test('asks all devices to reconnect spread out, accepts nothing new, and admits no device', async () => {
    const node = testNode()
    const ann = await node.device('ann')
    await node.node.drain()
    expect(ann.all('bye')).toEqual([{ reason: 'SERVER_SHUTDOWN', reconnectInMs: 2_750 }])
    expect(await ann.ask('list-rooms')).toMatchObject({ code: 'UNAVAILABLE', retry: 'after' })
    expect(await node.node.admit({ token: 'bob' })).toMatchObject({ code: 'UNAVAILABLE' })
    node.node.stop()
    expect(ann.isOpen()).toBe(false)
  })
})
