// @vitest-environment jsdom
import { expect, test } from 'vitest'
import { hrefOfPerson, identityKeyOf, knownPersons, tabPersonOf } from './tab-person'

test('a tab is the person that its address names', () => {
  expect(tabPersonOf('?person=Sam')).toBe('Sam')
  expect(tabPersonOf('?person=%20 Sam & Kim')).toBe('Sam')
  expect(tabPersonOf('?person=')).toBeNull()
  expect(tabPersonOf('?side=anna')).toBeNull()
  expect(tabPersonOf(`?person=${'x'.repeat(500)}`)).toHaveLength(40)
})

test('the address of a person leads to that person', () => {
  const href = new URL(hrefOfPerson('Sam & Kim', '#/rooms/general'), 'https://chat.example/app/')
  expect(tabPersonOf(href.search)).toBe('Sam & Kim')
  expect(href.hash).toBe('#/rooms/general')
})

test('the people of a browser are those whose identities it keeps, but for the one without a name', () => {
  const keys = ['Zoe', 'Sam', null].map(identityKeyOf)
  expect(knownPersons([...keys, 'roomful.preferences'])).toEqual(['Sam', 'Zoe'])
  expect(knownPersons(Array.from({ length: 100 }, (_, i) => identityKeyOf(`person ${i}`)))).toHaveLength(20)
})
