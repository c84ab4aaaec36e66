import { existsSync, readdirSync } from 'node:fs'
import type ts from 'typescript'
import { beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import { manifestOf } from '../../scripts/manifests.mjs'
import { programOf, publicTypes } from '../packed/public-types'

/** The protocol's types are made from its schemas, which a hash of the wire holds. */
const ENTRIES = readdirSync('packages')
  .filter((dir) => dir !== 'protocol')
  .flatMap((dir) => {
    const names = Object.keys(manifestOf(dir).exports).map((path) => (path === '.' ? 'index' : path.slice(2)))
    return names
      .filter((name) => existsSync(`packages/${dir}/src/${name}.ts`))
      .map((name) => [dir, name] as const)
  })
const fileOf = (dir: string, entry: string): string => `packages/${dir}/dist/${entry}.d.ts`

let program: ts.Program
beforeAll(async () => {
  await build({ pages: false })
  program = programOf(ENTRIES.map(([dir, entry]) => fileOf(dir, entry)))
})

// A type is a promise, too. If the change is intended: `npx vitest run -u test/integration/public-types.test.ts`.
test.each(ENTRIES)('the types of %s, entry point %s, are what they were', async (dir, entry) => {
  const types = publicTypes(program, fileOf(dir, entry))
  await expect(types).toMatchFileSnapshot(`public-types/${dir}.${entry}.txt`)
})
