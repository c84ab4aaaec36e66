import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LACKING } from '../browser/suites.mjs'

const NAMES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' } as const

const rows = (['chromium', 'firefox', 'webkit'] as const).flatMap((engine) =>
  Object.entries(LACKING[engine]).map(([suite, reason]) => `| \`${suite}\` | ${NAMES[engine]} | ${reason} |`),
)

test('docs/inside/engines.md quotes which suites an engine cannot run, and why', () => {
  const lines = readFileSync(new URL('../../docs/inside/engines.md', import.meta.url), 'utf8').split('\n')
  const first = lines.indexOf('| suite | not on | because |')
  const quoted = lines.slice(first + 2)
  expect(quoted.slice(0, quoted.indexOf(''))).toEqual(rows)
})

test.each(rows)('it is there: %s', (row) => {
  const suite = /`(.+?)`/.exec(row)?.[1]
  expect(existsSync(new URL(`../browser/${suite}.test.ts`, import.meta.url))).toBe(true)
})
