import { expect, test } from 'vitest'
import { matching } from './matching'

const names = ['Garden party', 'The garden', 'Gärten', 'Kitchen']
const find = (query: string) => matching(names, query, (name) => name)

test.each([
  ['', names],
  ['gar', ['Garden party', 'Gärten', 'The garden']],
  ['GÄRT', ['Gärten']],
  ['party garden', ['Garden party']],
  ['  kit ', ['Kitchen']],
  ['.*', []],
])('"%s" finds %j', (query, found) => {
  expect(find(query)).toEqual(found)
})
