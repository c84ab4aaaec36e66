import { describe, expect, test } from 'vitest'
import { copyOn, hooked } from '../test-support/copies'
import { filled, reload } from '../test-support/reload'
import { TabsWorld } from '../test-support/tabs-world'
import { ROOM, type TestClient, type World } from '../test-support/testing-world'
import { memoryStore, storeIn } from './backends/memory'
import { type LocalStore, LocalStoreError } from './port'

const OTHER = 'other'

/** A session that left a draft in two rooms, and the next one, online, on a disk that has not opened yet. */
async function lateStart(way: 'is silent for 20 s' | 'is blocked at first') {
  const world = filled(1)
  world.server.addRoom(OTHER, ['ada', 'bob'])
  const disk = memoryStore()
  const first = await world.live('ada', { storage: disk })
  first.room.setDraft('half a thought')
  first.chat.room(OTHER).setDraft('another')
  let isLate = true
  const waiting: (() => void)[] = []
  /** What is on the disk for ever, if the page ends right after a write. */
  const drafts: string[] = []
  const late = hooked(disk, {
    kind: 'file',
    open: async (open) => {
      if (isLate && way === 'is blocked at first') throw new LocalStoreError('lost', 'an old tab holds it')
      if (isLate) await new Promise<void>((resolve) => waiting.push(resolve))
      return open()
    },
    save: async (_, save) => {
      await save()
      drafts.push(...(await draftsOn(disk)))
    },
  })
  const second = await reload(world, first, late)
  second.connection.silent = false
  await world.rest(20_000)
  expect(second.chat.getState()).toMatchObject({
    connection: { status: 'online' },
    storage: { status: 'memory' },
  })
  expect(second.contents()).toEqual(['old 1'])
  const opens = async (): Promise<void> => {
    isLate = false
    for (const open of waiting) open()
    await world.rest(31_000)
    expect(second.chat.getState().storage.status).toBe('ok')
  }
  return { world, disk, second, drafts, opens }
}

async function draftsOn(disk: LocalStore): Promise<string[]> {
  const { rooms } = await copyOn(disk).open({ url: 'test:', userId: 'ada' })
  return rooms.map(({ draft }) => draft)
}

const shown = ({ chat }: TestClient): string[] => [ROOM, OTHER].map((id) => chat.room(id).getState().draft)

const message = async (world: World, roomId: string): Promise<void> => {
  world.server.sendAs(roomId, 'bob', 'a reason to write')
  await world.rest(2_000)
}

describe.each(['is silent for 20 s', 'is blocked at first'] as const)('a disk that %s', (way) => {
  test('still brings the drafts that were saved, and no write takes them off it', async () => {
    const { world, disk, second, drafts, opens } = await lateStart(way)
    await opens()
    expect(shown(second)).toEqual(['half a thought', 'another'])
    for (const id of [ROOM, OTHER]) await message(world, id)
    expect(await draftsOn(disk)).toEqual(['half a thought', 'another'])
    expect(drafts).not.toContain('')
  })

  test('brings them to a server that has begun a new history', async () => {
    const { world, disk, second, drafts, opens } = await lateStart(way)
    world.server.epoch = 'epoch-2'
    second.connection.cut()
    await world.rest(5_000)
    await opens()
    expect(shown(second)).toEqual(['half a thought', 'another'])
    for (const id of [ROOM, OTHER]) await message(world, id)
    expect(await draftsOn(disk)).toEqual(['half a thought', 'another'])
    expect(drafts).not.toContain('')
  })

  test('brings no draft back where one was typed and sent since', async () => {
    const { world, disk, second, opens } = await lateStart(way)
    second.room.setDraft('a new one')
    second.room.setDraft('')
    second.chat.room(OTHER).setDraft('newer')
    await opens()
    expect(shown(second)).toEqual(['', 'newer'])
    for (const id of [ROOM, OTHER]) await message(world, id)
    expect(await draftsOn(disk)).toEqual(['', 'newer'])
  })
})

test('a disk that was lost and opens again brings no draft back that was sent meanwhile', async () => {
  const world = filled(1)
  const disk = memoryStore()
  let isLost = false
  const moody = hooked(disk, {
    save: (_, save) => (isLost ? Promise.reject(new LocalStoreError('lost', 'no handle')) : save()),
  })
  const first = await world.live('ada', { storage: moody })
  first.room.setDraft('half a thought')
  const ada = await reload(world, first, moody)
  ada.connection.silent = false
  await world.rest(1_000)
  expect(ada.room.getState().draft).toBe('half a thought')
  isLost = true
  ada.room.setDraft('')
  await world.rest(1_000)
  isLost = false
  await world.rest(31_000)
  expect(ada.room.getState().draft).toBe('')
  expect(await draftsOn(disk)).toEqual([''])
})

test('a tab whose disk opens after the connection still has the draft that was saved', async () => {
  const world = new TabsWorld()
  const first = await world.openTab()
  first.room.setDraft('half a thought')
  await world.rest(1_000)
  await first.chat.close()
  world.kill(first)
  let open = (): void => {}
  const opens = new Promise<void>((resolve) => {
    open = resolve
  })
  const storage = hooked(storeIn(world.browser.spaces), {
    kind: 'indexeddb',
    open: async (inner) => {
      await opens
      return inner()
    },
  })
  const second = world.newTab('ada', [ROOM], { storage })
  await world.rest(10_000)
  expect(second.chat.getState()).toMatchObject({
    ...{ connection: { status: 'online' }, storage: { status: 'memory' } },
  })
  open()
  await world.rest(1_000)
  expect(second.room.getState().draft).toBe('half a thought')
  world.server.sendAs(ROOM, 'bob', 'a reason to write')
  await world.rest(2_000)
  expect(world.browser.disk.chunks.get(ROOM)?.get(0)).toHaveLength(1)
  expect(world.browser.disk.rooms.get(ROOM)?.draft).toBe('half a thought')
})
