import { launchChromium } from './engine/chromium'
import { openStorePage } from './store-page'

/**
 * `npm run bench:cache`: the cost of a message on its way into Chromium's IndexedDB, in chunks as the client writes
 * them, and in one record and transaction each, in the same run. Fails unless the chunks are ten times faster.
 */
const MESSAGES = 10_000
const LEAST_RATIO = 10

const browser = await launchChromium()
try {
  await using store = await openStorePage(browser)
  const { inChunks, oneByOne } = await store.call('writeTimes', MESSAGES)
  const ratio = oneByOne / inChunks
  process.stdout.write(`Chromium ${browser.version}, ${MESSAGES.toLocaleString('en')} messages, µs each\n`)
  process.stdout.write(`in chunks of 128, a page of 200 a write  ${inChunks.toFixed(1).padStart(8)}\n`)
  process.stdout.write(`one record and transaction each          ${oneByOne.toFixed(1).padStart(8)}\n`)
  process.stdout.write(`ratio                                    ${ratio.toFixed(1).padStart(8)}\n`)
  process.exitCode = ratio >= LEAST_RATIO ? 0 : 1
} finally {
  await browser.close()
}
