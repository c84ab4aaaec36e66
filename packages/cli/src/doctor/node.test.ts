import { expect, test } from 'vitest'
import { checkNode } from './node'

test.each([
  ['18.20.4', 'bad'],
  ['20.11.1', 'bad'],
  ['20.19.0', 'good'],
  ['22.0.0', 'good'],
])('Node %s is %s', (version, verdict) => {
  expect(checkNode(version)).toMatchObject({ check: 'node', verdict })
})
