import type { RoomId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { MemoryStore } from '../stores/memory/memory-store'
import { StoreError, type StoreErrorCode } from '../stores/port'
import { makeDefaultRooms } from './default-rooms'
import { flushPromises, ManualClock, testNode } from './test-node'

/** A database in which commits of these rooms fail, and writes of users when `users` does. */
async function world(rooms: readonly string[] = ['general', 'random']) {
  const clock = new ManualClock()
  const store = new MemoryStore({ epoch: 'epoch-1', now: clock.now })
  const broken = new Map<string, StoreErrorCode>()
  const commit = store.commit.bind(store)
  let commits = 0
  store.commit = async (...args) => {
    commits++
    const code = broken.get(args[0])
    if (code) throw new StoreError(code, 'cut')
    return commit(...args)
  }
  await makeDefaultRooms(store, clock, rooms)
  const node = testNode({ store, clock, defaultRooms: rooms })
  return {
    ...{ node, store, clock, broken },
    commits: () => commits,
    isIn: async (user: string, room: string) => {
      const device = await node.device(user)
      const { heads } = await device.ask('join-rooms', { roomIds: [room] })
      device.close()
      return Object.keys(heads as object).includes(room)
    },
  }
}

const admit = ({ node }: Awaited<ReturnType<typeof world>>, user: string) =>
  node.node.admit({ token: user, protocol: 2 })

describe('at a first sign-in', () => {
  test.each<StoreErrorCode>(['UNAVAILABLE', 'OVERLOADED', 'STORAGE_FULL'])(
    'a join that fails with %s refuses the handshake; the next one is in all default rooms',
    async (code) => {
      const w = await world()
      w.broken.set('general', code)
      expect(await admit(w, 'ann')).toMatchObject({ ok: false, code })
      // One successful join does not stand for the rest.
      expect(await admit(w, 'ann')).toMatchObject({ ok: false, code })
      w.broken.clear()
      const ann = await w.node.device('ann')
      const { heads } = await ann.ask('join-rooms', { roomIds: ['general', 'random'] })
      expect(Object.keys(heads as object)).toEqual(['general', 'random'])
      const send = { roomId: 'general', content: 'my first message', clientId: 'client-id-1' }
      expect(await ann.ask('send-message', send)).toMatchObject({ ok: true })
    },
  )

  test('a default room that can never be joined does not refuse the user', async () => {
    const w = await world()
    w.broken.set('general', 'INVALID_PAYLOAD')
    expect(await admit(w, 'ann')).not.toHaveProperty('ok')
  })
})

describe('a known user, when there is a new default room that cannot be written to', () => {
  async function scene() {
    const first = await world(['general'])
    await first.node.device('ann').then((device) => device.close())
    await makeDefaultRooms(first.store, first.clock, ['news'])
    first.broken.set('news', 'UNAVAILABLE')
    const node = testNode({ store: first.store, clock: first.clock, defaultRooms: ['general', 'news'] })
    return { ...first, node, ann: await node.device('ann') }
  }
  const send = { roomId: 'news' as RoomId, content: 'early', clientId: 'client-id-1' }

  test('is admitted, and their messages there wait', async () => {
    const { ann, broken } = await scene()
    expect(await ann.ask('join-rooms', { roomIds: ['general'] })).toMatchObject({
      heads: { general: { rev: 1 } },
    })
    // The room can be written, and the next try is still pending.
    broken.clear()
    expect(await ann.ask('send-message', send)).toMatchObject({ code: 'UNAVAILABLE', retry: 'after' })
    const { roomId, ...message } = send
    expect(await ann.ask('send-messages', { roomId, messages: [message] })).toMatchObject({
      results: [{ code: 'UNAVAILABLE' }],
    })
    // Other rooms are answered as before.
    expect(await ann.ask('send-message', { ...send, roomId: 'none' })).toMatchObject({
      code: 'ROOM_NOT_FOUND',
    })
  })

  test('is in it as soon as it can be written to, and is notified', async () => {
    const { ann, broken, clock } = await scene()
    await clock.pass(10_000)
    expect(JSON.stringify(ann.all('room-added'))).not.toContain('news')
    broken.clear()
    await clock.pass(30_000)
    expect(ann.all('room-added')).toContainEqual({
      item: expect.objectContaining({ room: expect.objectContaining({ id: 'news' }) }),
    })
    expect(await ann.ask('send-message', send)).toMatchObject({ ok: true })
  })

  test('the retries get rarer, and end with the last connection of the user and with the node', async () => {
    for (const end of ['close', 'stop'] as const) {
      const { ann, node, clock, commits } = await scene()
      await clock.pass(1_000)
      const early = commits()
      expect(early).toBeGreaterThan(1)
      await clock.pass(300_000)
      expect(commits() - early).toBeGreaterThan(8)
      expect(commits() - early).toBeLessThan(20)
      if (end === 'close') ann.close()
      else node.node.stop()
      await flushPromises()
      const before = commits()
      await clock.pass(300_000)
      expect(commits()).toBe(before)
    }
  })

  test('a user who leaves meanwhile stays outside', async () => {
    const { ann, broken, clock } = await scene()
    broken.clear()
    expect(await ann.ask('add-member', { roomId: 'news', userId: 'ann' })).toMatchObject({ ok: true })
    expect(await ann.ask('remove-member', { roomId: 'news', userId: 'ann' })).toMatchObject({ ok: true })
    await clock.pass(60_000)
    expect(await ann.ask('join-rooms', { roomIds: ['news'] })).toMatchObject({ heads: {} })
  })
})
