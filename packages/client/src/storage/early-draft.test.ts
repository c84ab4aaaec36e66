import { expect, test } from 'vitest'
import { copyOn, hooked } from '../test-support/copies'
import { filled, reload } from '../test-support/reload'
import { ROOM } from '../test-support/testing-world'
import { memoryStore } from './backends/memory'
import type { LocalStore } from './port'

const draftsOn = async (disk: LocalStore, userId: string) => {
  const { rooms } = await copyOn(disk).open({ url: 'test:', userId })
  return Object.fromEntries(rooms.map(({ roomId, draft }) => [roomId, draft]))
}

test('what is typed before the server has named the user stays in the field, and is kept', async () => {
  const world = filled(1)
  const disk = memoryStore()
  const ada = world.client('ada', { storage: disk })
  void ada.room.open()
  await world.tick()
  const shown: string[] = []
  ada.room.setDraft('half a thought')
  ada.room.select(
    ({ draft }) => draft,
    (draft) => shown.push(draft),
  )
  await world.rest(2_000)
  expect(ada.chat.getState()).toMatchObject({ user: { id: 'ada' }, connection: { status: 'online' } })
  expect([ada.room.getState().draft, shown]).toEqual(['half a thought', []])
  expect(await draftsOn(disk, 'ada')).toEqual({ [ROOM]: 'half a thought' })
})

test('what is typed where the draft of the only user of the device was shown goes with that, when it is another (I29)', async () => {
  const world = filled(1)
  const disk = memoryStore()
  const ada = await world.live('ada', { storage: disk })
  ada.room.setDraft('of ada')
  await world.rest(1_000)
  await ada.chat.close()
  world.clients.length = 0
  let hasToken = false
  const auth = async (): Promise<string> => {
    if (hasToken) return "bob's token"
    throw new Error('no network')
  }
  const bob = world.client('bob', { storage: disk, auth, onError: () => {} })
  void bob.room.open().catch(() => {})
  await world.rest(1_000)
  expect(bob.room.getState().draft).toBe('of ada')
  bob.room.setDraft('of ada, and more')
  hasToken = true
  await world.rest(30_000)
  expect(bob.chat.getState()).toMatchObject({ user: { id: 'bob' } })
  expect(bob.room.getState().draft).toBe('')
  expect(JSON.stringify(await draftsOn(disk, 'bob'))).not.toContain('of ada')
})

test('a draft that is sent before the disk is read does not come back from it', async () => {
  const world = filled(1)
  const disk = memoryStore()
  const first = await world.live('ada', { storage: disk })
  first.room.setDraft('half a thought')
  let open = (): void => {}
  const slow = hooked(disk, {
    open: async (inner) => {
      await new Promise<void>((resolve) => {
        open = resolve
      })
      return inner()
    },
  })
  const second = await reload(world, first, slow)
  second.room.setDraft('typed')
  second.room.setDraft('')
  open()
  await world.rest(1_000)
  expect(second.room.getState().draft).toBe('')
})
