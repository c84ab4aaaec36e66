import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const page = readFileSync('docs/concepts/guarantees.md', 'utf8')
const given = [...page.matchAll(/^- \*\*(P\d+) /gm)].map(({ 1: number = '' }) => number)
const proofs = [...page.matchAll(/^\| (P\d+) \| (.*) \|$/gm)].map(({ 1: number = '', 2: links = '' }) => ({
  number,
  files: [...links.matchAll(/\]\(([^)]+)\)/g)].map(({ 1: path = '' }) => join('docs/concepts', path)),
}))

/** The names of a file's tests and of their groups. */
function titlesOf(path: string): string[] {
  const titles: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(test|it|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments
      if (title && (ts.isStringLiteralLike(title) || ts.isTemplateExpression(title)))
        titles.push(title.getText())
    }
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true))
  return titles
}

test('every guarantee has its proofs, P1 to P17', () => {
  expect([...given].sort(byNumber)).toEqual(Array.from({ length: 17 }, (_, at) => `P${at + 1}`))
  expect(proofs.map(({ number }) => number)).toEqual([...given].sort(byNumber))
})

test.each(proofs)('each test file listed as proof of $number names it in a test', ({ number, files }) => {
  expect(files.length).toBeGreaterThan(0)
  const word = new RegExp(`\\b${number}\\b`)
  expect(files.filter((file) => !titlesOf(file).some((title) => word.test(title)))).toEqual([])
})

const byNumber = (a: string, b: string): number => Number(a.slice(1)) - Number(b.slice(1))
