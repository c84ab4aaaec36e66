import { type Browser, chromium } from 'playwright-core'
import { findChromium } from '../../scripts/test-tools.mjs'

/** No sandbox as root in a container; no GPU, no updates, no telemetry: only the page and the server. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The bound for what never comes on a page; a busy machine may take its time. */
const PATIENCE_MS = 120_000

export async function launchChromium({ backForwardCache = false } = {}): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('There is no Chromium: `npm test` installs one')
  // Playwright switches it off: its own navigation does not notice a page that comes back.
  const ignoreDefaultArgs = backForwardCache ? ['--disable-back-forward-cache'] : []
  const browser = await chromium.launch({
    executablePath,
    args: ARGS,
    ignoreDefaultArgs,
    timeout: PATIENCE_MS,
  })
  browser.on('context', (context) => context.setDefaultTimeout(PATIENCE_MS))
  return browser
}
