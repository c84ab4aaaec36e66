import { expect, test } from 'vitest'
import { formatTable } from './table'

test('columns stand under one another', () => {
  expect(
    formatTable([
      ['ID', 'NAME', 'N'],
      ['general', 'All\tof us', '3'],
    ]),
  ).toBe('ID       NAME       N\ngeneral  All\ufffdof us  3\n')
})

test('a name can turn nothing round, and make up no row', () => {
  const bad = 'a\u202Eb\u2028c\u009bd\ne'
  expect(formatTable([['ID', bad]])).toBe('ID  a\ufffdb\ufffdc\ufffdd\ufffde\n')
})

test('no rows are no lines', () => {
  expect(formatTable([])).toBe('')
})
