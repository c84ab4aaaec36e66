import { waitUntil } from '@roomful/testing'
import type { TestBrowser, TestPage } from './engine/port'

export type ChaosQuery = {
  readonly seed: number
  readonly seconds: number
  /** Messages a second, of each side. */
  readonly pace: number
  readonly messages: number
}

/** What the chaos page counted, and its verdict. */
export type ChaosResult = {
  readonly verdict: string
  readonly figures: Readonly<Record<string, number>>
  readonly hashes: Readonly<Record<string, string>>
}

export const chaosAddress = (url: string, { seed, seconds, pace, messages }: ChaosQuery): string =>
  `${url}/chaos?seed=${seed}&seconds=${seconds}&pace=${pace}&messages=${messages}`

/** The page gives up by itself earlier. */
const SETTLES_MS = 300_000

/** Runs the demo of the chaos page, without hands, until it has settled. */
export async function runChaosDemo(
  browser: TestBrowser,
  url: string,
  query: ChaosQuery,
): Promise<ChaosResult> {
  const context = await browser.newContext()
  try {
    const page = await context.newPage()
    await page.goto(`${chaosAddress(await context.reach(url), query)}&demo`)
    await reached(page, 'settled', query.seconds * 1_000 + SETTLES_MS)
    return await resultOf(page)
  } finally {
    await context.close()
  }
}

/** The page is in this phase. */
export const reached = (page: TestPage, phase: string, timeoutMs = SETTLES_MS): Promise<true> =>
  waitUntil(
    `phase ${phase}`,
    () => page.evaluate((wanted) => document.querySelector('main')?.dataset.phase === wanted, phase),
    timeoutMs,
  )

export function resultOf(page: TestPage): Promise<ChaosResult> {
  // No function has a name in here: a loader that keeps names would need its own code in the page.
  return page.evaluate(() => ({
    verdict: document.querySelector<HTMLElement>('[data-verdict]')?.dataset.verdict ?? '',
    figures: Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-count]')].map(({ dataset }) => [
        dataset.count ?? '',
        Number(dataset.value),
      ]),
    ),
    hashes: Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-hash]')].map((node) => [
        node.dataset.hash ?? '',
        node.querySelector('dd')?.textContent ?? '',
      ]),
    ),
  }))
}

/** An element for the selector is in the page. */
export const hasElement = (page: TestPage, selector: string): Promise<true> =>
  waitUntil(`${selector} in the page`, () =>
    page.evaluate((wanted) => document.querySelector(wanted) !== null || false, selector),
  )

export const textIn = (page: TestPage, selector: string): Promise<string> =>
  page.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? '', selector)

/** Goes there by the Tab key alone. */
export async function tabTo(page: TestPage, selector: string): Promise<void> {
  const isThere = (wanted: string) => document.activeElement?.matches(wanted) ?? false
  for (let steps = 0; steps < 80; steps++) {
    if (await page.evaluate(isThere, selector)) return
    await page.press('Tab')
  }
  throw new Error(`the Tab key does not lead to ${selector}`)
}
