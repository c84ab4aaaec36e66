import { expect, test } from 'vitest'
import { preferencesFrom } from './preferences'

const defaults = { theme: 'system', layout: 'list', text: 'markdown', notifications: 'off', silentRooms: [] }

test.each([[null], [undefined], ['dark'], [7], [[]], [{ theme: 'pink', layout: 3 }]])(
  'stored as %j, they are the defaults',
  (stored) => {
    expect(preferencesFrom(stored)).toEqual(defaults)
  },
)

test('what is known is taken, also beside what is not', () => {
  expect(preferencesFrom({ theme: 'dark', layout: 'rows', more: 1 })).toEqual({ ...defaults, theme: 'dark' })
})

test('silent rooms are ids, and at most 500', () => {
  const many = Array.from({ length: 600 }, (_, i) => `room-${i}`)
  expect(preferencesFrom({ silentRooms: [1, null, 'a'] }).silentRooms).toEqual(['a'])
  expect(preferencesFrom({ silentRooms: many }).silentRooms).toEqual(many.slice(100))
})
