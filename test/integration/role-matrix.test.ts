import { clientEvents, ROOM_TYPES } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { PERMISSIONS } from '../../packages/server/src/core/authorise'
import { ACTS_OUTSIDE_ROOMS } from '../../packages/server/src/rules/authorize'
import { cells, OVER_HTTP, rows } from './role-matrix/expected'
import { eventOf, play } from './role-matrix/play'
import { STANDINGS } from './role-matrix/scene'
import { memoryWorld } from './role-matrix/worlds'

test('every event and every permission is in the table', () => {
  expect(new Set(rows.map(({ row }) => eventOf(row)))).toEqual(new Set(Object.keys(clientEvents)))
  const permissions = rows.map(({ permission }) => permission).filter((permission) => permission !== '-')
  const overSockets = ACTS_OUTSIDE_ROOMS.filter((act) => !OVER_HTTP.has(act))
  expect(new Set(permissions)).toEqual(new Set([...Object.keys(PERMISSIONS), ...overSockets]))
})

test('every event meets every standing in every type of room', () => {
  // In dms there are four standings, and four lines need settings that a dm cannot have.
  expect(cells).toHaveLength(rows.length * STANDINGS.length * 3 + (rows.length - 4) * 4)
})

describe.each(ROOM_TYPES)('in a %s room', (type) => {
  const own = cells.filter((cell) => cell.type === type)
  test.each(rows)('$row', async ({ row }) => {
    const mine = own.filter((cell) => cell.row === row)
    const seen = await Promise.all(
      mine.map(async (cell) => [cell.standing, await play(memoryWorld(), cell)] as const),
    )
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(mine.map(({ standing, wanted }) => [standing, wanted])),
    )
  })
})
