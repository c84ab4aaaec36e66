import { expect, test } from 'vitest'
import { formatTable } from './table'

test('columns are aligned', () => {
  expect(
    formatTable([
      ['ID', 'NAME', 'N'],
      ['general', 'All\tof us', '3'],
    ]),
  ).toBe('ID       NAME       N\ngeneral  All\ufffdof us  3\n')
})

test('a name cannot reverse text or forge a row', () => {
  const bad = 'a\u202Eb\u2028c\u009bd\ne'
  expect(formatTable([['ID', bad]])).toBe('ID  a\ufffdb\ufffdc\ufffdd\ufffde\n')
})

test('no rows are no lines', () => {
  expect(formatTable([])).toBe('')
})
