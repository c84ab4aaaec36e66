// npm run release:dry: a release without the publishing. Builds, checks what is written about the version, packs, installs
// the tarballs into the apps of test/release as their users would, from the registry, and runs each. `-- --only jest`
// for one of them.
import { spawn } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { build } from './build.mjs'
import { inTempFolder, packAll, run } from './pack.mjs'
import { manifestProblems } from './release-manifests.mjs'
import { findChromium } from './test-tools.mjs'

/** @typedef {{ url: string, token: string }} Server */
/** @typedef {{ folder: string, server: Server }} App */
/** What an app shows in a browser, besides what its own `check` says. @type {Record<string, (app: App) => Promise<void>>} */
const IN_BROWSER = { vite: inStaticPage, webpack: inStaticPage, next: inNextPage }
/** A page that says nothing for so long is broken; the busiest machine was faster. */
const PAGE_MAX_MS = 60_000

const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1] : undefined
await build()
const problems = manifestProblems()
for (const problem of problems) console.error(`✗ ${problem}`)
if (problems.length > 0) process.exitCode = 1
const { createTestServer } = await import('@roomful/testing/node')

await inTempFolder(async (folder) => {
  const tarballs = await packAll(folder)
  for (const name of readdirSync('test/release').filter((name) => only === undefined || name === only)) {
    const begun = performance.now()
    const seconds = () => ((performance.now() - begun) / 1000).toFixed(1)
    try {
      const app = join(folder, name)
      await install(name, app, tarballs)
      const installed = seconds()
      await checkApp(name, app)
      console.log(`✓ ${name.padEnd(8)} ${seconds()} s, of which install ${installed} s`)
    } catch (error) {
      process.exitCode = 1
      console.error(`✗ ${name}: ${text(error)}`)
    }
  }
})

/** A copy of the app with the tarballs in place of the published packages.
 * @param {string} name @param {string} app @param {import('./pack.mjs').Tarball[]} tarballs */
async function install(name, app, tarballs) {
  cpSync(`test/release/${name}`, app, { recursive: true })
  const file = join(app, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  /** @type {Record<string, string>} */
  const overrides = {}
  for (const { name, path } of tarballs)
    if (name in manifest.dependencies) manifest.dependencies[name] = `file:${path}`
    else overrides[name] = `file:${path}`
  if (!('pnpm' in (manifest.devDependencies ?? {}))) {
    writeFileSync(file, JSON.stringify({ ...manifest, overrides }))
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: app })
    return
  }
  // pnpm itself comes from npm, into a folder beside the app: its layout must be its own alone.
  const tool = join(app, 'tool')
  await run('npm', ['install', '--no-save', '--prefix', tool, `pnpm@${manifest.devDependencies.pnpm}`])
  delete manifest.devDependencies.pnpm
  const all = { ...overrides, ...manifest.dependencies }
  const own = Object.fromEntries(Object.entries(all).filter(([, range]) => range.startsWith('file:')))
  writeFileSync(file, JSON.stringify({ ...manifest, pnpm: { overrides: own } }))
  await run(process.execPath, [join(tool, 'node_modules/pnpm/bin/pnpm.cjs'), 'install', '--ignore-scripts'], {
    cwd: app,
  })
}

/** @param {string} name @param {string} folder */
async function checkApp(name, folder) {
  const server = await createTestServer({ origins: '*', static: join(folder, 'dist') })
  try {
    const token = await server.token('ada')
    const env = {
      ...process.env,
      ROOMFUL_URL: server.url,
      ROOMFUL_TOKEN: token,
      NEXT_TELEMETRY_DISABLED: '1',
    }
    await run('npm', ['run', 'check'], { cwd: folder, env })
    await IN_BROWSER[name]?.({ folder, server: { url: server.url, token } })
  } finally {
    await server.close()
  }
}

/** @param {App} app */
async function inStaticPage({ server }) {
  await messageShownAt(`${server.url}/?token=${server.token}`)
}

/** @param {App} app */
async function inNextPage({ folder, server }) {
  const port = await freePort()
  const next = spawn(process.execPath, ['node_modules/next/dist/bin/next', 'start', '-p', String(port)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    for await (const line of next.stdout) if (String(line).includes('Ready')) break
    const query = new URLSearchParams({ url: server.url, token: server.token })
    await messageShownAt(`http://127.0.0.1:${port}/?${query}`)
  } finally {
    next.kill()
  }
}

/** Opens the page, and waits until its room shows what it sent. @param {string} url */
async function messageShownAt(url) {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('There is no Chromium: `npm test` installs one')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    /** @type {string[]} */
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.goto(url)
    await page
      .locator('#shown', { hasText: 'sent: hello' })
      .waitFor({ timeout: PAGE_MAX_MS })
      .catch((error) => errors.push(error.message))
    if (errors.length > 0) throw new Error(errors.join('\n'))
  } finally {
    await browser.close()
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** @param {unknown} error */
function text(error) {
  const { stdout = '', stderr = '', message = '' } = /** @type {Record<string, string>} */ (error)
  return `${message}\n${stdout}${stderr}`
}
