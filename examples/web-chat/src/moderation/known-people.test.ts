import { expect, test } from 'vitest'
import { personMeant } from './known-people'

const ben = { userId: 'u1', name: 'Ben' }
const otherBen = { userId: 'u2', name: 'Ben' }
const cleo = { userId: 'u3', name: 'Cleo' }

test('a name or an id finds the person, whatever the case of the name', () => {
  expect(personMeant([ben, cleo], ' cleo ')).toBe(cleo)
  expect(personMeant([ben, cleo], 'u1')).toBe(ben)
})

test('a name of two people finds none of them, their ids do', () => {
  expect(personMeant([ben, otherBen], 'Ben')).toBe('several')
  expect(personMeant([ben, otherBen], 'u2')).toBe(otherBen)
})

test('what nobody is known by is an id', () => {
  expect(personMeant([ben], 'u9')).toEqual({ userId: 'u9', name: 'u9' })
})
