import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { breaches } from './architecture'
import { importCycles } from './import-cycles'

const SOURCE = /\.([mc]?[jt]sx?|css|html)$/

function sourcesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) return /^(node_modules|dist|\.cache)$/.test(entry.name) ? [] : sourcesUnder(path)
    return SOURCE.test(entry.name) ? [path] : []
  })
}

describe('the repository', () => {
  test('obeys every rule', () => {
    const files = ['packages', 'examples', 'test', 'scripts'].flatMap(sourcesUnder)
    expect(files.length).toBeGreaterThan(20)
    expect(files.flatMap((path) => breaches(path, readFileSync(path, 'utf8')))).toEqual([])
  })

  const sourcesOf = (folder: string) =>
    new Map(sourcesUnder(folder).map((path) => [path, readFileSync(path, 'utf8')]))

  test.each(readdirSync('packages'))('has no import cycle in %s', (dir) => {
    expect(importCycles(sourcesOf(`packages/${dir}/src`))).toEqual([])
  })

  test("has no import cycle in the client's model, types included", () => {
    expect(importCycles(sourcesOf('packages/client/src/model'), true)).toEqual([])
  })

  test('has an index.ts in every package', () => {
    const without = readdirSync('packages').filter((dir) => !existsSync(`packages/${dir}/src/index.ts`))
    expect(without).toEqual([])
  })
})

describe('detects a breach:', () => {
  const core = 'packages/client/src/model/reduce.ts'
  test.each([
    ['client imports server', 'packages/client/src/a.ts', `import { x } from '@roomful/server'`],
    ['react imports protocol', 'packages/react/src/a.ts', `export type { Row } from '@roomful/protocol'`],
    [
      'server imports client, by await import',
      'packages/server/src/a.ts',
      `await import('@roomful/client/node')`,
    ],
    ['source imports testing', 'packages/client/src/a.ts', `import '@roomful/testing'`],
    ['a path into another package', 'packages/react/src/a.ts', `import { x } from '../../client/src/room'`],
    ['an example imports the server', 'examples/web-chat/src/a.ts', `import '@roomful/server'`],
    ['core imports a runner', core, `import { x } from '../runtime/store'`],
    ['core imports a library', core, `import { nanoid } from 'nanoid'`],
    ['core imports node:', core, `import { readFileSync } from 'node:fs'`],
    ['the server core imports immer', 'packages/server/src/core/a.ts', `import { produce } from 'immer'`],
    ['core reads the clock', core, `const now = Date.now()`],
    ['core makes a date', core, `const now = new Date()`],
    ['core rolls dice', core, `const p = Math.random()`],
    ['core sets a timer', core, `setTimeout(f, 1)`],
    ['core logs', core, `console.log(1)`],
    ['core takes a global as a shorthand', core, `const ports = { fetch }`],
    ['core takes a default from outside', core, `const f = (now = Date) => now`],
    ['core asks the window', core, `if (typeof window === 'undefined') f()`],
    [
      'the first load brings the schemas',
      'packages/client/src/engine/a.ts',
      `import { type Row, decode } from '@roomful/protocol'`,
    ],
    ['export *', 'packages/client/src/index.ts', `export * from './room'`],
    ['a catch-all name', 'packages/client/src/utils.ts', ``],
    ['a catch-all folder', 'packages/client/src/helpers/a.ts', ``],
    ['a name in capitals', 'packages/react/src/ChatView.tsx', ``],
    ['401 lines', 'test/unit/a.test.ts', 'x\n'.repeat(401)],
  ])('%s', (_, path, text) => {
    expect(breaches(path, text)).toHaveLength(1)
  })
})

describe('an import cycle', () => {
  const files = (b: string) =>
    new Map([
      ['src/a.ts', `import { b } from './b/index'`],
      ['src/b/index.ts', `export { c } from '../c'`],
      ['src/c.ts', b],
      ['src/d.ts', `import './a'`],
    ])

  test('is detected through other files', () => {
    const [cycle, ...others] = importCycles(files(`import { type A, a } from './a'`))
    expect(cycle?.sort()).toEqual(['src/a.ts', 'src/b/index.ts', 'src/c.ts'])
    expect(others).toEqual([])
  })

  test.each([`import type { A } from './a'`, `import { type A } from './a'`, `import 'a'`])(
    'is none at run time with %s',
    (text) => {
      expect(importCycles(files(text))).toEqual([])
    },
  )

  test('of types is detected if types count', () => {
    expect(importCycles(files(`import type { A } from './a'`), true)).toHaveLength(1)
  })
})

describe('finds no breach in', () => {
  test.each([
    ['allowed imports', 'packages/cli/src/a.ts', `import '@roomful/server'\nimport '@roomful/client/node'`],
    ['a test that uses testing', 'packages/client/src/a.test.ts', `import { world } from '@roomful/testing'`],
    [
      'core on its own',
      'packages/client/src/model/a.ts',
      `import { x } from './b/c'\nimport { Immer } from 'immer'`,
    ],
    ['names of its own', 'packages/client/src/model/a.ts', `const f = (window: Range) => window.first`],
    [
      'words in comments and strings',
      'packages/client/src/model/a.ts',
      `// Date.now()\nconst s = 'setTimeout'`,
    ],
    [
      'types and properties of such names',
      'packages/client/src/model/a.ts',
      `type A = { at: Date }\nrow.process.window`,
    ],
    ['400 lines', 'test/unit/a.test.ts', 'x\n'.repeat(400)],
    ['a named re-export of all', 'packages/client/src/index.ts', `export { a, b } from './room'`],
  ])('%s', (_, path, text) => {
    expect(breaches(path, text)).toEqual([])
  })
})
