import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** Each folder of a package's sources with a file directly in it. */
const folders = readdirSync('packages').flatMap((dir) => withFiles(`packages/${dir}/src`))

function withFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true })
  const below = entries
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => withFiles(`${folder}/${name}`))
  return entries.some((entry) => entry.isFile()) ? [folder, ...below] : below
}

test('CONTRIBUTING.md describes each folder, and names none that does not exist', () => {
  const [, list = ''] = readFileSync('CONTRIBUTING.md', 'utf8').split('\n## The folders\n')
  const named = [...(list.split('\n## ')[0] ?? '').matchAll(/^\| `(packages\/[^`]+)` \| \S/gm)]
  expect(named.map(({ 1: folder }) => folder).sort()).toEqual(folders.sort())
})
