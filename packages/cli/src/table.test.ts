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

test('no rows are no lines', () => {
  expect(formatTable([])).toBe('')
})
