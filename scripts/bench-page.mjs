// npm run bench:page: what a visitor of the web chat waits for, on a slow network and a slow processor, in Chromium. Each figure
// is the median of the runs (`--runs 5`). Prints a table in Markdown. `--of FOLDER`: of another checkout, already built.
import { fork } from 'node:child_process'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { build, ROOT } from './build.mjs'
import { findChromium } from './test-tools.mjs'

/** "Slow 3G" of Lighthouse: 400 kbit/s both ways, 400 ms there and back. A processor a quarter as fast. */
const NETWORK = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }
const CPU_SLOWDOWN = 4
const PATIENCE_MS = 600_000

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, of: { type: 'string', default: ROOT } },
})
if (values.of === ROOT) await build({ types: false })
const server = await started()
const browser = await chromium.launch({
  executablePath: findChromium() ?? '',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  timeout: PATIENCE_MS,
})
/** @typedef {Awaited<ReturnType<typeof visit>>} Visit */
/** @type {Visit[]} */
const visits = []
try {
  for (let run = 0; run < Number(values.runs); run += 1) visits.push(await visit(`Visitor ${run + 1}`))
  print()
} finally {
  await browser.close()
  server.stop()
}

/** A first visit, a message, and the same page again. @param {string} name */
async function visit(name) {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, serviceWorkers: 'block' })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', NETWORK)
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN })

  // A window as narrow as this opens no room by itself.
  const address = `${server.url}/#/rooms/general`
  await page.goto(address)
  const field = await page.waitForSelector('input[name=name]')
  const firstPaint = await page.evaluate(firstPaintMs)
  const signIn = await page.evaluate(() => performance.now())
  await field.fill(name)
  const joined = performance.now()
  await page.click('button[type=submit]')
  await page.waitForSelector('[data-room-status=live]')
  const join = performance.now() - joined
  const kilobytes = await page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType('navigation'),
      ...performance.getEntriesByType('resource'),
    ]
    const sizes = entries.map((entry) => ('encodedBodySize' in entry ? Number(entry.encodedBodySize) : 0))
    return sizes.reduce((sum, size) => sum + size, 0) / 1024
  })
  await page.fill('textarea', 'What a visitor writes')
  const send = await page.evaluate(sendMs)
  // A page that is left before its disk has taken the message finds it as a draft, and would wait for rows in vain.
  await page.waitForSelector('article[data-own=true][data-status=sent]')
  await page.goto('about:blank')
  await page.goto(address)
  await page.waitForSelector('article')
  const again = await page.evaluate(() => performance.now())
  await context.close()
  return { firstPaint, signIn, join, kilobytes, send, again }
}

/** Runs in the page. What is painted is noted a little later. */
async function firstPaintMs() {
  for (;;) {
    const [paint] = performance.getEntriesByName('first-contentful-paint')
    if (paint) return paint.startTime
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
}

/** Runs in the page: from the key to the frame after the one that shows the row. Others have written before. */
async function sendMs() {
  const begun = performance.now()
  const form = document.querySelector('form.composer')
  if (form instanceof HTMLFormElement) form.requestSubmit()
  while (!document.querySelector('article[data-own=true]')) await frame()
  await frame()
  return performance.now() - begun

  function frame() {
    return new Promise((resolve) => requestAnimationFrame(resolve))
  }
}

function print() {
  /** @param {keyof Visit} name */
  const median = (name) =>
    visits.map((one) => one[name]).toSorted((a, b) => a - b)[visits.length >> 1] ?? Number.NaN
  /** @param {number} ms */
  const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`
  console.log(`
${cpus().length} × ${cpus()[0]?.model.trim()}, Chromium ${browser.version()}, ${new Date().toISOString().slice(0, 10)}; 400 kbit/s,
400 ms, processor ${CPU_SLOWDOWN} times slower; median of ${visits.length}

| what | figure |
|---|---|
| first visit: something is seen | ${seconds(median('firstPaint'))} |
| first visit: a name can be typed | ${seconds(median('signIn'))} |
| from "Join" to the open room | ${seconds(median('join'))} |
| loaded until then | ${median('kilobytes').toFixed(0)} KB |
| from Enter to one's message on the screen | ${median('send').toFixed(0)} ms |
| second visit: messages are on the screen | ${seconds(median('again'))} |`)
}

/** @returns {Promise<{ url: string, stop(): void }>} */
async function started() {
  const args = ['serve', '--json', '--guests', '--host', '127.0.0.1', '--port', '0', '--database', 'memory:']
  const child = fork(
    `${values.of}/packages/cli/bin/roomful.js`,
    [...args, '--static', 'examples/web-chat/dist'],
    {
      cwd: values.of,
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  )
  const url = await new Promise((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      const [, found] = /"url":"([^"]+)"/.exec(String(text)) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)))
  })
  return { url, stop: () => void child.kill('SIGTERM') }
}
