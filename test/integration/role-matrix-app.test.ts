import { ROOM_TYPES } from '@roomful/protocol'
import type { Authorize, AuthorizedAction } from '@roomful/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askedIn, type Cell, cells, expectedIfRefused, rows } from './role-matrix/expected'
import { play, REASON } from './role-matrix/play'
import type { World } from './role-matrix/scene'
import { memoryWorld, socketWorld } from './role-matrix/worlds'

/** Plays a cell twice: the app allows all, and it refuses the one action of the cell. */
async function playBoth(worldOf: () => World, cell: Cell) {
  const asked: AuthorizedAction[] = []
  const allow: Authorize = (action) => {
    asked.push(action)
    return true
  }
  const deny: Authorize = (action) => (action === cell.permission ? { deny: REASON } : true)
  const allowed = await play(worldOf(), cell, allow)
  return { asked, allowed, refused: await play(worldOf(), cell, deny) }
}

const wanted = (cell: Cell) => ({
  asked: askedIn(cell),
  allowed: cell.wanted,
  refused: expectedIfRefused(cell),
})

describe.each(ROOM_TYPES)('an app that is asked about a %s room', (type) => {
  const own = cells.filter((cell) => cell.type === type)
  test.each(rows)('$row', async ({ row }) => {
    const mine = own.filter((cell) => cell.row === row)
    const seen = await Promise.all(
      mine.map(async (cell) => [cell.standing, await playBoth(memoryWorld, cell)] as const),
    )
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(mine.map((cell) => [cell.standing, wanted(cell)])),
    )
  })
})

describe('over real sockets', () => {
  let world: Awaited<ReturnType<typeof socketWorld>>
  beforeAll(async () => {
    world = await socketWorld()
  })
  afterAll(() => world.close())

  test.each(rows)('$row', async ({ row }) => {
    // One after the other: they share the app's function.
    for (const cell of cells.filter((cell) => cell.type === 'private' && cell.row === row))
      expect([cell.standing, await playBoth(() => world, cell)]).toEqual([cell.standing, wanted(cell)])
  })
})

test('each action of an event is refused in some cell', () => {
  const refused = cells.filter((cell) => expectedIfRefused(cell) !== cell.wanted)
  const actions = new Set(rows.map(({ permission }) => permission).filter((action) => action !== '-'))
  // No standing may edit the messages of others.
  actions.delete('edit-other')
  expect(new Set(refused.map(({ permission }) => permission))).toEqual(actions)
})
