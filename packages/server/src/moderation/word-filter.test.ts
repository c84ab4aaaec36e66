import { asRoomId, asUserId } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { wordFilter } from './word-filter'

const draft = (content: string) => ({
  kind: 'send' as const,
  roomId: asRoomId('general'),
  user: { id: asUserId('ann'), name: 'Ann' },
  content,
  type: 'text',
})
const verdict = (words: string[], content: string, on?: 'refuse' | 'mask') =>
  wordFilter(words, on === undefined ? {} : { on })(draft(content))

describe('the word filter', () => {
  test.each([
    ['darn'],
    ['oh DARN it'],
    ['Darn!'],
    ['"darn"'],
    ['дурак'],
    ['ДУРАК.'],
    ['dang \n it'],
    ['a.b'],
    ['cafe\u0301'],
  ])('refuses %j', (content) => {
    const words = ['darn', 'дурак', 'dang it', 'a.b', 'café']
    expect(verdict(words, content)).toEqual({ refuse: expect.any(String) })
  })

  test.each(['darning', 'undarned', 'axb', 'dang', 'дураки', 'darn_it', '', 'nothing of it'])(
    'lets %j pass',
    (content) => {
      expect(verdict(['darn', 'дурак', 'dang it', 'a.b'], content)).toBeUndefined()
    },
  )

  test('masks with as many stars, everywhere, and the longer word first', () => {
    expect(verdict(['dang', 'dang it'], 'Dang it, dang! 👍', 'mask')).toEqual({
      content: '*******, ****! 👍',
    })
  })

  test('gives the same result for the same draft, as a retry needs', () => {
    const filter = wordFilter(['darn'])
    expect([1, 2, 3].map(() => filter(draft('darn')))).toEqual(Array(3).fill({ refuse: expect.any(String) }))
  })

  test('without words accepts everything', () => {
    expect(verdict([], 'darn')).toBeUndefined()
    expect(verdict(['  ', ''], 'anything at all')).toBeUndefined()
  })
})
