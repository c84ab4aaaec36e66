import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { lineOf, pages, quotes, textOf } from '../snippets/find-snippets'

/** In all pages but the changelog, which may name what no longer exists. */
const found = (pattern: RegExp) =>
  pages()
    .filter((file) => file !== 'CHANGELOG.md')
    .flatMap((file) => {
      const text = textOf(file)
      return [...text.matchAll(pattern)].map(({ index, 1: name = '' }) => ({
        ...{ file, name },
        place: `${file}:${lineOf(text, index)} ${name}`,
      }))
    })
const links = found(/\]\(([^)\s]+)\)/g).filter(({ name }) => !/^https?:/.test(name))

test('every link between pages leads to a page, and to a heading of it', () => {
  expect(links.length).toBeGreaterThanOrEqual(25)
  const dead = links.filter(({ file, name }) => {
    const [path = '', heading] = name.split('#')
    const target = path === '' ? file : join(dirname(file), path)
    // Built, not committed: the test of the site follows these.
    if (target.startsWith('docs/reference/api/')) return false
    return !existsSync(target) || (heading !== undefined && !headings(target).includes(heading))
  })
  expect(dead.map(({ place }) => place)).toEqual([])
})

// A page may leave out the beginning: `idb-store/schema.ts`.
test('every file that a page names exists', () => {
  const named = found(/`([\w.-]+(?:\/[\w.-]+)*\/[\w.-]+\.(?:tsx?|mjs|css|json))`/g)
  expect(named.length).toBeGreaterThanOrEqual(25)
  const all = ['packages', 'examples', 'test', 'scripts'].flatMap(filesOf)
  const missing = named.filter(({ name }) => !all.some((path) => `/${path}`.endsWith(`/${name}`)))
  expect(missing.map(({ place }) => place)).toEqual([])
})

test('what a page quotes of a file is in it', () => {
  const quoted = quotes()
  expect(quoted.length).toBeGreaterThanOrEqual(4)
  const wrong = quoted.filter(({ code, quoted }) => !existsSync(quoted) || !textOf(quoted).includes(code))
  expect(wrong.map(({ file, line, quoted }) => `${file}:${line} ${quoted}`)).toEqual([])
})

test('every folder that a page names exists', () => {
  const named = found(/`((?:packages|examples|test|scripts|docs)\/[\w/.-]+)`/g)
  expect(named.length).toBeGreaterThanOrEqual(30)
  expect(named.filter(({ name }) => !existsSync(name)).map(({ place }) => place)).toEqual([])
})

/** Heading ids as GitHub makes them. */
const headings = (file: string): string[] =>
  [...textOf(file).matchAll(/^#+ (.*)$/gm)].map(({ 1: text = '' }) =>
    text
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`
    if (!entry.isDirectory()) return [path]
    return /^(?:node_modules|dist)$/.test(entry.name) ? [] : filesOf(path)
  })
