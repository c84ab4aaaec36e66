import { existsSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { publicNames } from './public-names'

const ENTRIES = readdirSync('packages').flatMap((dir) =>
  [
    'index',
    'devtools',
    'scroll',
    'faults',
    'files',
    'node',
    'plain',
    'history',
    'contract',
    'engine',
    'browser',
    'msw',
    'react-native',
    'bots',
  ]
    .map((entry) => `packages/${dir}/src/${entry}.ts`)
    .filter((path) => existsSync(path)),
)
/** In these packages every name has a sentence. */
const DOCUMENTED = ENTRIES.filter((path) => /^packages\/(client|react)\//.test(path))

// An exported name is a promise. If the change is intended: `npx vitest run -u test/unit/public-names.test.ts`.
test.each(ENTRIES)('%s gives out the names that it did', async (entry) => {
  const names = publicNames(entry).map(({ name, kind }) => `${kind} ${name}\n`)
  const [, dir, file] = /^packages\/([^/]+)\/src\/([^/]+)\.ts$/.exec(entry) ?? []
  await expect(names.join('')).toMatchFileSnapshot(`public-names/${dir}.${file}.txt`)
})

test.each(DOCUMENTED)('every name of %s has a description', (entry) => {
  const bare = publicNames(entry).filter(({ doc }) => doc === undefined)
  expect(bare.map(({ name, file }) => `${file}: ${name}`)).toEqual([])
})
