import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { slugify } from '../../docs/.vitepress/links'
import { addressOf, type Item, itemsOf, SECTIONS, titleOf } from '../../docs/.vitepress/sections'
import { entryPoints } from '../../scripts/docs/entries'
import { buildSite, SITE } from '../../scripts/site'
import { violations } from '../browser/axe'
import { launchHeadlessShell } from '../browser/engine/chromium'
import type { TestBrowser } from '../browser/engine/port'
import { publicNames } from '../unit/public-names'
import { type ServedFolder, serveFolder } from './serve-folder'

/** A page as it was built: where its links lead, and the ids that it has. */
type BuiltPage = { readonly links: readonly string[]; readonly ids: ReadonlySet<string> }

/** By their addresses. */
let pages: ReadonlyMap<string, BuiltPage>
beforeAll(async () => {
  await buildSite()
  const built = filesOf(SITE, '.html').filter((path) => path !== '404.html')
  pages = new Map(
    built.map((path) => [
      addressOf(path.replace(/html$/, 'md')),
      readBuilt(readFileSync(`${SITE}/${path}`, 'utf8')),
    ]),
  )
})

const readBuilt = (html: string): BuiltPage => ({
  links: [...new Set([...html.matchAll(/<a [^>]*?href="([^"]*)"/g)].map(({ 1: link = '' }) => link))]
    .map((link) => link.replaceAll('&amp;', '&'))
    .filter((link) => !/^(?:https?|mailto):/.test(link)),
  ids: new Set([...html.matchAll(/ id="([^"]*)"/g)].map(({ 1: id = '' }) => id)),
})
const sources = (): string[] => filesOf('docs', '.md').filter((path) => !path.startsWith('.'))

test('each page of docs is on the site, and in its sidebar', () => {
  const addresses = sources().map(addressOf).sort()
  expect([...pages.keys()].sort()).toEqual(addresses)
  const listed = SECTIONS.flatMap((section) => linksOf(itemsOf(section)))
  expect([...listed, '/'].sort()).toEqual(addresses)
})

test('every link leads to a page or a file, and to a heading of it', () => {
  const dead = [...pages].flatMap(([address, { links }]) =>
    links.filter((link) => !isAlive(address, link)).map((link) => `${address} ${link}`),
  )
  expect(dead).toEqual([])
})

/** Types of other packages, which ours pass on: described there. */
const OF_OTHERS = new Set(['StandardSchemaV1'])

test.each(entryPoints())('the reference has every name that $specifier exports', ({ source, page }) => {
  const headings = pages.get(`/reference/api/${page}`)?.ids
  const names = publicNames(source).flatMap(({ name }) => (OF_OTHERS.has(name) ? [] : name))
  expect(names.filter((name) => !headings?.has(slugify(name)))).toEqual([])
})

test('llms.txt lists each page once, and llms-full.txt has the text of all but those of the API', () => {
  const list = readFileSync(`${SITE}/llms.txt`, 'utf8')
  const whole = readFileSync(`${SITE}/llms-full.txt`, 'utf8')
  const listable = sources().filter((path) => path !== 'index.md')
  const listed = [...list.matchAll(/\]\((\/[^)]*)\)$/gm)].map(({ 1: address }) => address)
  expect(listed.sort()).toEqual(listable.map(addressOf).sort())
  for (const path of listable) {
    const text = readFileSync(`docs/${path}`, 'utf8').trim()
    expect(list).toContain(`[${titleOf(text, path)}](${addressOf(path)})`)
    expect(whole.includes(text), path).toBe(!path.startsWith('reference/api/'))
  }
})

describe('axe finds nothing', () => {
  let site: ServedFolder
  let browser: TestBrowser
  beforeAll(async () => {
    site = await serveFolder(SITE)
    browser = await launchHeadlessShell()
  })
  afterAll(async () => {
    await browser.close()
    await site[Symbol.asyncDispose]()
  })

  /** One of each kind: the front page, code in tabs, a picture, long tables, and what is generated. */
  const SAMPLE = [
    ...['/', '/start/vue-svelte-solid', '/concepts/order', '/guides/server', '/inside/simulator'],
    ...['/reference/api/client-node', '/reference/cli', '/reference/errors', '/reference/http-api'],
  ]

  test.each([
    ['light', []],
    ['dark', ['color-contrast']], // all that differs
  ])('in a sample of pages, %s', async (scheme, rules) => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${site.url}/`)
    await page.evaluate((chosen) => localStorage.setItem('vitepress-theme-appearance', chosen), scheme)
    const found: string[] = []
    for (const address of SAMPLE) {
      await page.goto(`${site.url}${address}`)
      expect(await page.evaluate(() => document.documentElement.classList.contains('dark'))).toBe(
        scheme === 'dark',
      )
      found.push(...(await violations(page, ...rules)).map((violation) => `${address} ${violation}`))
    }
    expect(found).toEqual([])
    await context.close()
  })
})

const linksOf = (items: readonly Item[]): string[] =>
  items.flatMap(({ link, items: below = [] }) => [...(link === undefined ? [] : [link]), ...linksOf(below)])

function isAlive(from: string, link: string): boolean {
  const { pathname, hash } = new URL(link, `http://site${from}`)
  const page = pages.get(decodeURIComponent(pathname))
  if (page === undefined) return existsSync(join(SITE, pathname)) && dirname(pathname) !== pathname
  return hash === '' || page.ids.has(decodeURIComponent(hash.slice(1)))
}

const filesOf = (folder: string, ending: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .sort()
