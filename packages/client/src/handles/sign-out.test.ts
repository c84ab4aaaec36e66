import { describe, expect, test } from 'vitest'
import type { Clock } from '../platform/clock'
import { memoryStore } from '../storage/backends/memory'
import { LocalStoreError } from '../storage/port'
import { copyOn, hooked } from '../test-support/copies'
import { troubled } from '../test-support/killable-store'
import { TabsWorld } from '../test-support/tabs-world'
import { type TestClient, World } from '../test-support/testing-world'

/** Timers that are begun from now on, and have neither fired nor been cancelled. */
function countTimers(clock: Clock): () => number {
  const open = new Set<object>()
  const { setTimer } = clock
  clock.setTimer = (ms, fn) => {
    const timer = {}
    open.add(timer)
    const cancel = setTimer(ms, () => {
      open.delete(timer)
      fn()
    })
    return () => {
      open.delete(timer)
      cancel()
    }
  }
  return () => open.size
}

/** What the next user finds on the disk, without a server. */
const coldStart = async (world: World, disk: ReturnType<typeof memoryStore>): Promise<TestClient> => {
  const next = world.client('ada', { storage: disk })
  next.connection.silent = true
  void next.room.open()
  await world.tick()
  return next
}

test('takes rooms, messages, drafts and what is unsent off the screen and off the disk', async () => {
  const world = new World()
  const disk = memoryStore()
  const ada = await world.live('ada', { storage: disk })
  world.server.sendAs('general', 'bob', 'a secret')
  await world.rest(1_000)
  ada.room.setDraft('half a thought')
  ada.connection.silent = true
  ada.connection.cut()
  const unsent = ada.room.send('never to be sent')
  await world.rest(1_000)
  const done = ada.chat.signOut()
  expect(ada.contents()).toEqual([])
  expect(ada.chat.getState()).toMatchObject({ rooms: [], unsent: 0, connection: { status: 'stopped' } })
  await done
  await expect(unsent).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(ada.chat.connect()).rejects.toMatchObject({ code: 'ABORTED' })
  const next = await coldStart(world, disk)
  expect(next.chat.getState()).toMatchObject({ rooms: [], user: null, unsent: 0 })
  expect(next.room.getState()).toMatchObject({ messages: [], draft: '' })
})

test('before anything was connected it deletes what the last session left', async () => {
  const world = new World()
  const disk = memoryStore()
  world.server.sendAs('general', 'bob', 'a secret')
  const ada = await world.live('ada', { storage: disk })
  await world.rest(1_000)
  await ada.chat.close()
  await world.client('ada', { storage: disk }).chat.signOut()
  expect((await coldStart(world, disk)).contents()).toEqual([])
})

test('in memory, and where no user ever was, there is only the screen', async () => {
  const world = new World()
  world.server.sendAs('general', 'bob', 'a secret')
  const ada = await world.live('ada')
  await ada.chat.signOut()
  expect(ada.contents()).toEqual([])
  const nobody = world.client('bob', { storage: memoryStore() })
  await nobody.chat.signOut()
  expect(nobody.chat.getState().storage.status).toBe('memory')
})

test('a login session that the server ends is off the screen too, with any storage', async () => {
  const world = new World()
  world.server.sendAs('general', 'bob', 'a secret')
  const ada = await world.live('ada')
  ada.connection.cut({ code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' })
  await world.tick()
  expect(ada.contents()).toEqual([])
})

test('a disk that cannot be wiped is reported, and a second try is possible', async () => {
  const world = new World()
  const disk = troubled(memoryStore())
  let refuses = true
  const stubborn = hooked(disk, {
    erase: (erase) => (refuses ? Promise.reject(new Error('busy')) : erase()),
  })
  world.server.sendAs('general', 'bob', 'a secret')
  const ada = await world.live('ada', { storage: stubborn })
  await world.rest(1_000)
  await expect(ada.chat.signOut()).rejects.toMatchObject({ code: 'INTERNAL' })
  expect(ada.contents()).toEqual([])
  expect(ada.chat.getState().storage).toMatchObject({ status: 'degraded' })
  refuses = false
  await ada.chat.signOut()
  expect((await coldStart(world, disk)).contents()).toEqual([])
})

test.each([0, 1])('in tab %i it signs out all tabs of the user, and no connection is left', async (which) => {
  const world = new TabsWorld()
  world.server.sendAs('general', 'bob', 'a secret')
  const tabs = await world.openTabs(3)
  await world.rest(2_000)
  expect(world.browser.disk.rooms.size).toBe(1)
  await tabs[which]?.chat.signOut()
  await world.rest(30_000)
  for (const { chat, contents } of tabs) {
    expect(chat.getState()).toMatchObject({ rooms: [], connection: { status: 'stopped' } })
    expect(contents()).toEqual([])
  }
  const { rooms, chunks, entries } = world.browser.disk
  expect([rooms.size, chunks.size, entries.size, world.connections()]).toEqual([0, 0, 0, 0])
  // Another user, in the same browser, on the next tab.
  const bob = await world.openTab('bob')
  expect(bob.chat.getState()).toMatchObject({ user: { id: 'bob' }, connection: { status: 'online' } })
})

test('it signs out tabs that share only the disk, because their tokens do not name their user', async () => {
  const world = new TabsWorld()
  world.server.sendAs('general', 'bob', 'a secret')
  const first = await world.openTab('ada', undefined, { auth: 'opaque-1' })
  const second = await world.openTab('ada', undefined, { auth: 'opaque-2' })
  await world.rest(2_000)
  expect([world.connections(), world.browser.disk.rooms.size]).toEqual([2, 1])
  await first.chat.signOut()
  await world.rest(2_000)
  world.server.sendAs('general', 'bob', 'another')
  await world.rest(2_000)
  expect(second.contents()).toEqual([])
  expect(second.chat.getState()).toMatchObject({ connection: { status: 'stopped' } })
  const { rooms, chunks, entries } = world.browser.disk
  expect([rooms.size, chunks.size, entries.size, world.connections()]).toEqual([0, 0, 0, 0])
})

test('I23: a tab that closes while another signs out leaves neither the copy nor a timer (seed 505299)', async () => {
  const world = new TabsWorld()
  world.server.sendAs('general', 'bob', 'a secret')
  const [first, second] = await world.openTabs(2)
  if (!first || !second) throw new Error('two tabs')
  await world.rest(2_000)
  world.server.sendAs('general', 'bob', 'not on the disk yet')
  await world.tick()
  const left = countTimers(second.tab.clock)
  const signedOut = first.chat.signOut()
  const closed = second.chat.close().then(left)
  await world.rest(30_000)
  const [, timers] = await Promise.all([signedOut, closed] as const)
  const { rooms, chunks, entries } = world.browser.disk
  expect([rooms.size, chunks.size, entries.size, timers]).toEqual([0, 0, 0, 0])
})

describe('of one who was here before, whose disk refuses to delete', () => {
  /** The second run of ada, with what the first one left. */
  async function again() {
    const world = new World()
    const disk = memoryStore()
    world.server.sendAs('general', 'bob', 'a secret')
    const first = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    await first.chat.close()
    const erases = { refused: 0 }
    const stubborn = hooked(disk, {
      erase: (erase) => (erases.refused-- > 0 ? Promise.reject(new Error('busy')) : erase()),
    })
    const ada = await world.live('ada', { storage: stubborn })
    await world.rest(1_000)
    const left = () => copyOn(disk).open({ url: 'test:', userId: 'ada' })
    return { world, ada, erases, left }
  }

  test('once, everything is deleted by the next try', async () => {
    const { ada, erases, left } = await again()
    erases.refused = 1
    await ada.chat.signOut()
    expect(await left()).toMatchObject({ rooms: [], entries: [] })
  })

  test('always, each call reports it, and one after it deletes everything', async () => {
    const { ada, erases, left } = await again()
    erases.refused = Number.POSITIVE_INFINITY
    await expect(ada.chat.signOut()).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect(ada.chat.signOut()).rejects.toMatchObject({ code: 'INTERNAL' })
    expect((await left()).rooms).toHaveLength(1)
    erases.refused = 0
    await ada.chat.signOut()
    expect(await left()).toMatchObject({ rooms: [], entries: [] })
  })

  test('a disk that cannot be opened any more is reported by each call', async () => {
    const { world, ada } = await again()
    await ada.chat.close()
    const disk = memoryStore()
    let isGone = false
    const gone = hooked(disk, {
      open: (open) => (isGone ? Promise.reject(new LocalStoreError('unavailable', 'EACCES')) : open()),
      erase: () => Promise.reject(new Error('busy')),
    })
    const next = await world.live('ada', { storage: gone })
    await world.rest(1_000)
    isGone = true
    await expect(next.chat.signOut()).rejects.toMatchObject({ code: 'INTERNAL' })
    await expect(next.chat.signOut()).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  test('a session that the server ends while it is signed out is one that is signed out', async () => {
    const world = new World()
    const disk = memoryStore()
    const first = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    await first.chat.close()
    const slow = hooked(disk, {
      erase: async (erase) => {
        await new Promise<void>((resolve) => world.clock.setTimer(500, resolve))
        await erase()
      },
    })
    const ada = await world.live('ada', { storage: slow })
    await world.rest(1_000)
    ada.connection.cut({ code: 'SESSION_REVOKED', text: 'signed out elsewhere', next: 'stop' })
    await world.tick()
    const done = ada.chat.signOut()
    done.catch(() => {})
    await world.rest(5_000)
    await done
    expect(await copyOn(disk).open({ url: 'test:', userId: 'ada' })).toMatchObject({ rooms: [], entries: [] })
  })
})
