import { expect, test } from 'vitest'
import { initialsOf, tintOf } from './person'
import { roomTitle } from './room-title'

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Ada King Lovelace', 'AL'],
  ['ada.lovelace', 'AL'],
  ['👩‍🚀 Zoe', '👩Z'],
  ['李 小龍', '李小'],
  ['Roomy (bot)', 'RB'],
  ['(((', '?'],
  ['   ', '?'],
])('initials of %s', (name, initials) => {
  expect(initialsOf(name)).toBe(initials)
})

test('a person’s tint is always the same, and differs between people', () => {
  expect(tintOf('guest_1')).toBe(tintOf('guest_1'))
  const tints = new Set(Array.from({ length: 200 }, (_, i) => tintOf(`guest_${i}`)))
  expect([...tints].every((tint) => /^tint-[0-9]$/.test(tint))).toBe(true)
  expect(tints.size).toBe(10)
})

test.each([
  ['Ada, Ben', 'dm', 'Ada', 'Ben'],
  ['Ada, Ben', 'dm', 'Ben', 'Ada'],
  ['Ada, Ben, Cy', 'dm', 'Ben', 'Ada, Cy'],
  ['Ada, Ada', 'dm', 'Ada', 'Ada'],
  ['Ada', 'dm', 'Ada', 'Ada'],
  ['Ada, Ben', 'public', 'Ada', 'Ada, Ben'],
] as const)('%s (%s) is for %s: %s', (name, type, me, title) => {
  expect(roomTitle(name, type, me)).toBe(title)
})
