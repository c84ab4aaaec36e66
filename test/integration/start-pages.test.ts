import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { waitUntil } from '@roomful/testing'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchHeadlessShell } from '../browser/engine/chromium'
import type { TestBrowser, TestPage } from '../browser/engine/port'
import { onDisk } from '../browser/on-disk'
import type { PackedProject } from '../packed/packed-project'
import { type PageApp, pageApp, pageProject, type Running } from '../packed/page-app'
import { appFiles } from '../snippets/find-snippets'

/** What the pages of docs/start have their reader install besides Roomful. */
const NEEDS = [
  ...['vite', '@vitejs/plugin-react', 'vue', '@vitejs/plugin-vue', 'svelte', '@sveltejs/vite-plugin-svelte'],
  ...['solid-js', 'vite-plugin-solid', 'express', 'cookie-parser', 'socket.io'],
]
const FIRST = 'docs/start/first-app.md'
const REACT = 'docs/start/react.md'
/** The pages with files that the tests below run. */
const RUN = [
  'README.md',
  ...['bot', 'first-app', 'own-backend', 'react', 'script', 'vue-svelte-solid', 'your-app'].map(
    (name) => `docs/start/${name}.md`,
  ),
]
/** Its command, and none of its files. */
const SERVER = { page: FIRST, only: /^$/ }
const GUEST = { page: FIRST, only: /^guest-token\.js$/ }
const SERVE = 'npx roomful serve --guests --origins http://localhost:5173'
const SERVING = /listens on http/

let project: PackedProject
let browser: TestBrowser
beforeAll(async () => {
  project = await pageProject(NEEDS)
  browser = await launchHeadlessShell()
})
afterAll(async () => {
  await browser?.close()
  project?.[Symbol.dispose]()
})

const serve = (app: PageApp, command = SERVE): Promise<Running> =>
  app.start(command, SERVING, { env: { PORT: new URL(app.server).port } })
const vite = (app: PageApp): Promise<Running> =>
  app.start('npx vite', /ready in/, {
    more: `--host 127.0.0.1 --port ${new URL(app.origin).port} --strictPort`,
  })

async function open(url: string): Promise<TestPage> {
  const page = await (await browser.newContext()).newPage()
  await page.goto(url)
  return page
}
const items = (page: TestPage): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll('li')].map((item) => (item.textContent ?? '').replace(/\s+/g, ' ').trim()),
  )
const shows = (page: TestPage, last: readonly string[]) =>
  waitUntil(last.join(), async () => (await items(page)).slice(-last.length).join() === last.join())
async function say(page: TestPage, text: string): Promise<void> {
  await waitUntil('the field', () =>
    page.evaluate(() => {
      document.querySelector<HTMLElement>('input[aria-label=Message]')?.focus()
      return document.activeElement instanceof HTMLInputElement
    }),
  )
  await page.type(text)
  await page.press('Enter')
}

test('your first app: a page, a terminal, and a server that is gone for a while', async () => {
  const app = await pageApp(project, FIRST)
  const first = await serve(app)
  const found = await app.type('npx roomful doctor --origin http://localhost:5173')
  expect(found).not.toContain('BAD')
  await app.type('npx roomful send general "hello from the terminal"')
  await using _ = await vite(app)
  const page = await open(app.origin)
  await waitUntil('the message', async () =>
    /hello from the terminal$/.test((await items(page)).at(-1) ?? ''),
  )
  await say(page, 'hello from the page')
  await shows(page, ['Ada: hello from the page'])
  expect(await app.type('npx roomful tail general --no-follow')).toMatch(/Ada: hello from the page\n$/)

  await first.stop()
  for (const text of ['one', 'two']) await say(page, text)
  await shows(page, ['Ada: one (queued)', 'Ada: two (queued)'])
  await waitUntil('both to be on disk', async () => {
    const { entries = '' } = await onDisk(page)
    return ['one', 'two'].every((text) => entries.includes(`"${text}"`))
  })
  await page.reload()
  await shows(page, ['Ada: one (queued)', 'Ada: two (queued)'])
  await using _again = await serve(app)
  await shows(page, ['Ada: one', 'Ada: two'])
  expect(await app.type('npx roomful tail general --no-follow')).toMatch(/page\n.*Ada: one\n.*Ada: two\n$/)
  expect(await page.errors()).toEqual([])
})

test('React', async () => {
  const app = await pageApp(project, REACT, [GUEST])
  await talk(app)
})

test.each(['vue', 'svelte', 'solid'])('%s', async (name) => {
  const page = 'docs/start/vue-svelte-solid.md'
  const app = await pageApp(project, page, [{ page, only: RegExp(`^${name}/`), below: `${name}/` }, GUEST])
  await talk(app)
})

async function talk(app: PageApp): Promise<void> {
  await using _server = await serve(app)
  await using _vite = await vite(app)
  const page = await open(app.origin)
  await waitUntil('online', () =>
    page.evaluate(() => document.querySelector('[role=status]')?.textContent === 'online'),
  )
  await say(page, 'hello')
  await shows(page, ['Ada: hello'])
  const other = await open(app.origin)
  await shows(other, ['Ada: hello'])
  await say(other, 'and hello')
  await shows(page, ['Ada: hello', 'Ada: and hello'])
  expect([...(await page.errors()), ...(await other.errors())]).toEqual([])
}

test('a bot answers, also what it missed', async () => {
  const app = await pageApp(project, 'docs/start/bot.md', [SERVER])
  await using _ = await serve(app)
  const bot = ['export BOT_TOKEN=$(npx roomful token --user dice --name Dice)', 'node bot.mjs']
  const answered = (count: number) =>
    waitUntil(`${count} answers`, async () => (await rolls(app)).length === count)
  await using first = await app.start(bot, /Write \/roll/)
  await waitUntil('the bot', async () => {
    await app.type('npx roomful send general "/roll 20"')
    return (await rolls(app)).length > 0
  })
  const before = (await rolls(app)).length
  await first.stop()
  await app.type('npx roomful send general "/roll 20"')
  await using _again = await app.start(bot, /Write \/roll/)
  await answered(before + 1)
})

async function rolls(app: PageApp): Promise<string[]> {
  const said = await app.type('npx roomful tail general --no-follow')
  return said.match(/Dice: rolled \d+ of 20$/gm) ?? []
}

test('a script sends, and another one reads on where it stopped', async () => {
  const app = await pageApp(project, 'docs/start/script.md', [SERVER])
  await using _ = await serve(app)
  const token = 'export ROOMFUL_TOKEN=$(npx roomful token --user deployer --name Deployer)'
  await app.type('npx roomful send general "deployed"')
  await app.type(token, 'node notify.mjs "Build 17 is out" "All tests passed"')
  const log = [token, 'node log.mjs']
  const reads = /\d+ Deployer: Build 17 is out\n\d+ Deployer: All tests passed\n/
  const reader = await app.start(log, reads)
  expect(reader.output()).toMatch(/\d+ .*: deployed\n/)
  await reader.stop()
  await app.type(token, 'node notify.mjs "Build 17 is out" "All tests passed"')
  await using again = await app.start(log, reads)
  expect(again.output()).not.toContain('deployed')
})

test('a chat in an Express app, for two of its users', async () => {
  const app = await pageApp(project, 'docs/start/your-app.md')
  // The client's one file lies where the page takes it from.
  symlinkSync(join(project.folder, 'node_modules'), join(app.folder, 'node_modules'))
  await using _ = await app.start('node server.mjs', /The app is at/, {
    env: { PORT: new URL(app.server).port },
  })
  const [ada, ben] = [await signedIn(app, 'Ada'), await signedIn(app, 'Ben')]
  await say(ada, 'hello')
  await shows(ben, ['Ada: hello'])
  await say(ben, 'hello, Ada')
  await shows(ada, ['Ada: hello', 'Ben: hello, Ada'])
  expect([...(await ada.errors()), ...(await ben.errors())]).toEqual([])
})

async function signedIn(app: PageApp, name: string): Promise<TestPage> {
  const page = await open(app.server)
  await page.evaluate(() => document.querySelector<HTMLElement>('input[name=name]')?.focus())
  await page.type(name)
  await page.press('Enter')
  await waitUntil('online', () =>
    page.evaluate(() => document.querySelector('[role=status]')?.textContent === 'online').catch(() => false),
  )
  return page
}

test('the client alone, on a backend with the plain events', async () => {
  const app = await pageApp(project, 'docs/start/own-backend.md')
  const { port } = new URL(app.server)
  await using _ = await app.start('node backend.mjs', /The backend is at/, { env: { PORT: port } })
  const talk = () => app.type('node talk.mjs')
  expect(await talk()).toBe('1 ada hello from protocol 1\n')
  expect(await talk()).toBe('1 ada hello from protocol 1\n2 ada hello from protocol 1\n')
})

test.each([
  ['a page', []],
  ['React', [{ page: 'README.md', only: /^react\//, below: 'react/' }]],
])('the README: %s', async (_name, files) => {
  const app = await pageApp(project, 'README.md', [...files, GUEST])
  await using _server = await serve(app)
  await using _vite = await vite(app)
  const page = await open(app.origin)
  await say(page, 'hello')
  await shows(page, ['Ada: hello'])
  expect(await page.errors()).toEqual([])
})

test('the README: a script sends, and reads what was said', async () => {
  const app = await pageApp(project, 'README.md')
  await using _ = await serve(app)
  const token = 'export ROOMFUL_TOKEN=$(npx roomful token --user deployer --name Deployer)'
  expect(await app.type(token, 'node script.mjs "Build 17 is out"')).toMatch(/\d Deployer Build 17 is out\n$/)
})

test('the README: an Express app lets in who has its cookie', async () => {
  const app = await pageApp(project, 'README.md', [{ page: 'docs/start/your-app.md', only: /^$/ }])
  const { port } = new URL(app.server)
  await using _ = await app.start('node server.mjs', /The app listens/, { env: { PORT: port } })
  const response = await fetch(`${app.server}/login`)
  expect(await response.text()).toBe('Hello, Ada')
  const [cookie = ''] = response.headers.getSetCookie()
  expect(await handshake(app, cookie)).toBe('ready')
  expect(await handshake(app, 'session=other')).toBe('UNAUTHENTICATED')
})

/** What the chat at /api/chat says to a connection with this cookie. */
async function handshake(app: PageApp, cookie: string): Promise<string> {
  const socket = io(app.server, {
    ...{ path: '/api/chat/socket.io', auth: { protocol: 2 }, extraHeaders: { cookie } },
    ...{ forceNew: true, reconnection: false },
  })
  try {
    return await new Promise((resolve) => {
      socket.once('ready', () => resolve('ready'))
      socket.once('connect_error', ({ message }) => resolve(message))
    })
  } finally {
    socket.disconnect()
  }
}

test('every file of a page is in an app', () => {
  expect([...new Set(appFiles().map(({ page }) => page))].sort()).toEqual([...RUN].sort())
})
