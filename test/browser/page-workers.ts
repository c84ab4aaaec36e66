import { readdirSync, writeFileSync } from 'node:fs'
import { waitUntil } from '@roomful/testing'
import type { TestContext } from './engine/port'

/** Code that a page loads lazily. */
const LATE_CODE = '(socket-io-transport|idb-store|create-tabs)-'

/** Puts the service workers of the tests beside the pages in `folder`. */
export function writeWorkers(folder: string): void {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length))
  writeFileSync(`${folder}/keep-worker.js`, keepWorker(['/', ...files]))
  // The page installs its own after a while, in place of the other: it must not be another one.
  writeFileSync(`${folder}/service-worker.js`, keepWorker(['/', ...files]))
  writeFileSync(`${folder}/lose-worker.js`, LOSE_WORKER)
}

/** From now on the page and its code are on the device, as for an app that works offline. */
export function keepPage(context: TestContext, url: string): Promise<void> {
  return register(context, url, '/keep-worker.js')
}

/** The first six requests for lazy code fail. `/failures` returns how many did. */
export function loseCode(context: TestContext, url: string): Promise<void> {
  return register(context, url, '/lose-worker.js')
}

async function register(context: TestContext, url: string, worker: string): Promise<void> {
  const page = await context.newPage()
  await page.goto(`${url}/old.html`)
  await page.evaluate((script) => navigator.serviceWorker.register(script).then(() => undefined), worker)
  await waitUntil('the worker to have the page', () =>
    page.evaluate(() => navigator.serviceWorker.controller !== null),
  )
  await page.close()
}

const START = `
addEventListener('install', () => skipWaiting())
addEventListener('activate', (event) => event.waitUntil(clients.claim()))
`

const keepWorker = (files: readonly string[]): string => `${START}
const FILES = ${JSON.stringify(files)}
addEventListener('install', (event) => {
  event.waitUntil(caches.open('kept').then((kept) => kept.addAll(FILES)))
})
addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url)
  if (origin === location.origin && FILES.includes(pathname)) event.respondWith(caches.match(pathname))
})
`

const LOSE_WORKER = `${START}
let failures = 0
addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url)
  if (pathname === '/failures') return event.respondWith(new Response(String(failures)))
  if (!/${LATE_CODE}/.test(pathname) || failures >= 6) return
  failures++
  event.respondWith(Response.error())
})
`
