// npm run screenshots: takes pictures of the web chat as `npm start` serves it, with the rooms of its demonstration. All go to
// .cache/screenshots; the three for the README, each light and dark, to docs/pictures. `--url http://localhost:3000`:
// of a server that runs; `--only room`: those whose names
// begin so.
import { fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import sharp from 'sharp'
import { ROOT } from './build.mjs'
import { findChromium } from './test-tools.mjs'

/** @typedef {import('playwright-core').Page} Page */
/**
 * @typedef {object} Picture
 * @property {string} name
 * @property {readonly [width: number, height: number]} size In CSS pixels.
 * @property {number} [zoom] What the browser's zoom does: fewer CSS pixels, each larger.
 * @property {readonly ('light' | 'dark')[]} [schemes] Light alone, if nothing is said.
 * @property {boolean} [isTouch]
 * @property {boolean} [isForReadme] Also as WebP in docs/pictures.
 * @property {(page: Page, url: string) => Promise<unknown>} show
 */

const WIDE = /** @type {const} */ ([1280, 800])
const NARROW = /** @type {const} */ ([390, 844])
const BOTH = /** @type {const} */ (['light', 'dark'])
/** For what never comes; a busy machine takes its time. */
const PATIENCE_MS = 600_000

/** @type {readonly Picture[]} */
const PICTURES = [
  { name: 'sign-in', size: WIDE, schemes: BOTH, show: (page, url) => page.goto(url) },
  {
    name: 'room',
    size: WIDE,
    schemes: BOTH,
    isForReadme: true,
    show: (page, url) => room(page, url, 'general'),
  },
  { name: 'room-narrow', size: NARROW, isTouch: true, show: (page, url) => room(page, url, 'general') },
  { name: 'list-narrow', size: NARROW, isTouch: true, schemes: BOTH, show: list },
  { name: 'room-rtl', size: WIDE, show: rightToLeft },
  { name: 'room-200', size: WIDE, zoom: 2, show: (page, url) => room(page, url, 'general') },
  { name: 'room-400', size: WIDE, zoom: 4, show: (page, url) => room(page, url, 'general') },
  { name: 'archive', size: WIDE, show: (page, url) => room(page, url, 'archive') },
  { name: 'beside', size: WIDE, schemes: BOTH, isForReadme: true, show: beside },
  { name: 'members', size: WIDE, show: (page, url) => dialog(page, url, '[aria-label="Members"]') },
  { name: 'settings', size: WIDE, show: (page, url) => dialog(page, url, '[aria-label="Settings"]') },
  { name: 'palette', size: WIDE, schemes: BOTH, show: (page, url) => dialog(page, url, '.search-button') },
  { name: 'chaos', size: [1280, 860], schemes: BOTH, isForReadme: true, show: chaos },
  { name: 'chaos-narrow', size: NARROW, isTouch: true, show: chaos },
]

const { values } = parseArgs({ options: { url: { type: 'string' }, only: { type: 'string', default: '' } } })
const folder = `${ROOT}/.cache/screenshots`
mkdirSync(folder, { recursive: true })
mkdirSync(`${ROOT}/docs/pictures`, { recursive: true })
const server = values.url === undefined ? await started() : { url: values.url, stop: () => {} }
const browser = await chromium.launch({
  executablePath: findChromium() ?? '',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  timeout: PATIENCE_MS,
})
try {
  for (const picture of PICTURES.filter(({ name }) => name.startsWith(values.only)))
    for (const scheme of picture.schemes ?? ['light']) await take(picture, scheme)
} finally {
  await browser.close()
  server.stop()
}

/** @param {Picture} picture @param {'light' | 'dark'} scheme */
async function take({ name, size: [width, height], zoom = 1, isTouch = false, isForReadme, show }, scheme) {
  const context = await browser.newContext({
    viewport: { width: width / zoom, height: height / zoom },
    deviceScaleFactor: isTouch ? 2 : zoom * (isForReadme ? 1.5 : 1),
    ...{ colorScheme: scheme, hasTouch: isTouch, isMobile: isTouch, reducedMotion: 'reduce', locale: 'en' },
  })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  await show(page, server.url)
  // No row looks pointed at.
  await page.mouse.move(0, 0)
  await page.evaluate(() => document.fonts.ready)
  const png = await page.screenshot({ caret: 'hide' })
  await sharp(png).toFile(`${folder}/${name}-${scheme}.png`)
  if (isForReadme)
    await sharp(png).webp({ quality: 82, effort: 6 }).toFile(`${ROOT}/docs/pictures/${name}-${scheme}.webp`)
  console.log(`${name}-${scheme}`)
  await context.close()
}

/** @param {Page} page @param {string} url @param {string} id */
async function room(page, url, id) {
  await page.goto(`${url}/#/rooms/${id}`)
  await page.fill('input[name=name]', 'Ada Lovelace')
  await page.click('button[type=submit]')
  await page.waitForSelector('[data-room-status=live]')
  await page.waitForSelector('article')
}

/** @param {Page} page @param {string} url */
async function list(page, url) {
  await room(page, url, 'general')
  await page.goto(`${url}/#/`)
  await page.waitForSelector('.room-link')
}

/** As in a page whose language is written from the right. @param {Page} page @param {string} url */
async function rightToLeft(page, url) {
  await room(page, url, 'languages')
  await page.evaluate(() => {
    document.documentElement.dir = 'rtl'
  })
}

/** @param {Page} page @param {string} url @param {string} opener */
async function dialog(page, url, opener) {
  await room(page, url, 'general')
  await page.click(opener)
  await page.waitForSelector('dialog[open]')
}

/** A question on the one side, and the answer that grows on both. @param {Page} page @param {string} url */
async function beside(page, url) {
  await room(page, url, 'ask-roomy')
  await page.click('text=A second person beside me')
  const frames = [page.frameLocator('iframe[title=You]'), page.frameLocator('iframe[title=Sam]')]
  for (const frame of frames) await frame.locator('[data-room-status=live]').waitFor()
  await frames[1]?.locator('textarea').fill('What happens when I am offline?')
  await frames[1]?.locator('button[type=submit]').click()
  for (const frame of frames)
    await frame.locator('article', { hasText: 'Switch the network on' }).last().waitFor()
}

/** @param {Page} page @param {string} url */
async function chaos(page, url) {
  await page.goto(`${url}/chaos?seed=7&seconds=12&pace=4&demo`)
  await page.waitForSelector('main[data-phase=settled]')
}

/** `npm start` with a data folder of its own. @returns {Promise<{ url: string, stop(): void }>} */
async function started() {
  const data = mkdtempSync(join(tmpdir(), 'roomful-pictures-'))
  const args = [
    '--demo',
    '--json',
    '--host',
    '127.0.0.1',
    '--port',
    '0',
    '--database',
    `sqlite:${data}/roomful.db`,
  ]
  const child = fork(`${ROOT}/scripts/start.mjs`, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] })
  child.once('exit', () => rmSync(data, { recursive: true, force: true }))
  const url = await new Promise((resolve, reject) => {
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text
      const [, found] = /"url":"([^"]+)"/.exec(output) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}: ${output}`)))
  })
  return { url, stop: () => void child.kill('SIGTERM') }
}
