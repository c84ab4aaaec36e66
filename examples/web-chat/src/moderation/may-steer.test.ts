import type { MemberView } from '@roomful/client'
import { expect, test } from 'vitest'
import { isMutedAt, maySteer, moderates, nextMuteEnd } from './may-steer'

const AT = Date.parse('2026-12-01T12:00:00.000Z')
const memberUntil = (mutedUntil?: string) =>
  ({ userId: 'ben', name: 'Ben', role: 'member', ...(mutedUntil && { mutedUntil }) }) as MemberView
const ben = memberUntil('2026-12-01T12:00:00.000Z')

test('a mute lasts until its end, and no longer', () => {
  expect(isMutedAt(ben, AT - 1)).toBe(true)
  expect(isMutedAt(ben, AT)).toBe(false)
  expect(isMutedAt(memberUntil(), AT)).toBe(false)
})

test('the next end is the first that is still to come', () => {
  const later = memberUntil('2026-12-01T13:00:00.000Z')
  expect(nextMuteEnd([later, memberUntil(), ben], AT - 1)).toBe(AT)
  expect(nextMuteEnd([later, memberUntil(), ben], AT)).toBe(AT + 3_600_000)
  expect(nextMuteEnd([memberUntil(), ben], AT)).toBe(null)
})

test('owners steer admins, nobody their equals', () => {
  expect(maySteer('owner', 'admin')).toBe(true)
  expect(maySteer('admin', 'admin')).toBe(false)
  expect(maySteer(null, 'member')).toBe(false)
})

test('in a dm nobody moderates', () => {
  expect(moderates('admin', 'private')).toBe(true)
  expect(moderates('member', 'private')).toBe(false)
  expect(moderates('owner', 'dm')).toBe(false)
})
