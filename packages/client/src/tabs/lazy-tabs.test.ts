import { expect, test } from 'vitest'
import { createChatStore } from '../engine/chat-store'
import { newRoom } from '../model/room/room-model'
import { handClock } from '../platform/hand-clock'
import { nanoidIds } from '../platform/nanoid-ids'
import { memoryStore } from '../storage/backends/memory'
import { createCopy } from '../storage/create-copy'
import { FakeBrowser } from '../test-support/fake-browser'
import { linkTabs } from './lazy-tabs'

/** What a chat has of its tabs, and the locks that were asked for. */
function scene() {
  const clock = handClock()
  const { port } = new FakeBrowser(clock).tab()
  const locks: string[] = []
  const tabs: typeof port = {
    ...port,
    lock: (name, ...how) => {
      locks.push(name)
      return port.lock(name, ...how)
    },
  }
  const link = linkTabs({ url: 'test:', auth: 't', ports: { tabs } }, 'indexeddb', () => ({
    url: 'test:',
    openTransport: () => {
      throw new Error('no connection is wanted')
    },
    store: createChatStore({
      clock,
      report: (error) => void Promise.reject(error),
      storage: { status: 'ok' },
      newRoom: (id) => newRoom(id, { me: 'ada', connection: 'up', windowSize: 200, hasStore: true }),
      runEffects: () => {},
    }),
    clock,
    ids: nanoidIds,
    room: (id) => {
      throw new Error(`no room ${id} is wanted`)
    },
    onEvent: () => {},
    onOrder: () => {},
  }))
  if (link === null) throw new Error('tabs are shared')
  return { link, locks }
}

test('I23: a chat that was closed while the code of its tabs came takes no lock, and is no tab', async () => {
  const { link, locks } = scene()
  const shared = link.share(createCopy(memoryStore()))
  link.end()
  await expect(shared).rejects.toThrow('closed')
  expect(locks).toEqual([])
})

test('a chat that was closed before it was used can delete what is on the disk, and is no tab', async () => {
  const { link, locks } = scene()
  link.end()
  const copy = createCopy(memoryStore())
  const shared = await link.share(copy)
  await shared.open({ url: 'test:', userId: 'ada' })
  await shared.wipe()
  expect(locks).toEqual([])
})
