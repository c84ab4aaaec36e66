// @vitest-environment jsdom
import { beforeEach, expect, test } from 'vitest'
import { keepReply, keptReply } from './kept-replies'

beforeEach(() => localStorage.clear())

test('a reply is kept by its room, until there is none', () => {
  keepReply('a', 'message 1')
  keepReply('b', 'message 2')
  expect([keptReply('a'), keptReply('b'), keptReply('c')]).toEqual(['message 1', 'message 2', undefined])
  keepReply('a', null)
  expect([keptReply('a'), keptReply('b')]).toEqual([undefined, 'message 2'])
})

test('of many the oldest go, and what something else has stored counts as none', () => {
  for (let i = 0; i < 60; i++) keepReply(`room ${i}`, 'message')
  expect([keptReply('room 9'), keptReply('room 10')]).toEqual([undefined, 'message'])
  localStorage.setItem('roomful.replies', '{"a":7,')
  expect(keptReply('a')).toBeUndefined()
  localStorage.setItem('roomful.replies', '{"a":7}')
  expect(keptReply('a')).toBeUndefined()
})
