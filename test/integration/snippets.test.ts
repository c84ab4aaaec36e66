import { beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'
import { claimedValues } from '../snippets/claimed-values'
import { typeErrors } from '../snippets/compile'
import { examples, fences, typedAppFiles } from '../snippets/find-snippets'
import { canRun, runExample } from '../snippets/run-example'
import { syntaxError } from '../snippets/run-snippet'
import { RUNS } from '../snippets/runs'

const shown = fences().filter(({ language }) => language !== 'sh' && language !== '')
const all = [...shown, ...examples()]
const numbered = shown.map((snippet, at) => {
  const { file } = snippet
  return { name: `${file} ${shown.slice(0, at + 1).filter((one) => one.file === file).length}`, snippet }
})

beforeAll(() => build({ types: false }))

test('there are as many snippets as pages and docstrings show', () => {
  // If a snippet is removed on purpose, the number goes down with it.
  expect(shown.length).toBeGreaterThanOrEqual(14)
  expect(all.length).toBeGreaterThanOrEqual(70)
  expect(claims.length).toBeGreaterThanOrEqual(5)
  expect(runnable.length).toBeGreaterThanOrEqual(30)
})

test('each snippet has the types that it claims', async () => {
  expect(await typeErrors(all)).toEqual([])
})

test('so has each TypeScript file of an app that a page builds', async () => {
  expect(typedAppFiles().length).toBeGreaterThanOrEqual(3)
  expect(await typeErrors(typedAppFiles())).toEqual([])
})

test('this Node parses each snippet as JavaScript, once its types are removed', () => {
  expect(all.flatMap((snippet) => syntaxError(snippet) ?? [])).toEqual([])
})

// `parseCommand('/roll 2', '/') // { name: 'roll', … }`
const claims = examples().filter(({ code }) =>
  code
    .trim()
    .split('\n')
    .every((line) => line.includes(' // ')),
)
test.each(claims)('the example of $file:$line has the values written beside it', async (snippet) => {
  const { real, claimed } = await claimedValues(snippet)
  expect(real).toEqual(claimed)
})

const runnable = examples().filter(
  (one) => canRun(one) && !claims.some(({ line, file }) => line === one.line && file === one.file),
)
test.each(runnable)('the example of $file:$line runs', async (snippet) => {
  await runExample(snippet)
})

test('each snippet of a page is run', () => {
  expect(Object.keys(RUNS).sort()).toEqual(numbered.map(({ name }) => name).sort())
})

test.each(numbered)('$name does what its page says', async ({ name, snippet }) => {
  await RUNS[name]?.(snippet)
})
