import { expect, test } from 'vitest'
import { whoReacted } from './who-reacted'

const members = ['ada', 'ben', 'cleo'].map((id) => ({ userId: id as never, name: id.toUpperCase() }))
const by = (users: string[], count = users.length) =>
  whoReacted({ users, count, isMine: users.includes('ada'), myId: 'ada' }, members)

test.each([
  [['ada'], 1, 'you'],
  [['ben', 'ada'], 2, 'you and BEN'],
  [['ben', 'cleo', 'ada'], 3, 'you, BEN and CLEO'],
  [['ben', 'stranger'], 2, 'BEN and one other'],
  [['ben', 'stranger'], 30, 'BEN and 29 others'],
  [['stranger'], 1, 'one person'],
  [[], 7, '7 people'],
])('%j of %d: %s', (users, count, text) => {
  expect(by(users, count)).toBe(text)
})
