import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClientTab } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { PageHistory } from './page-history'
import { tabsFixture } from './tabs-fixture'
import { watchDisk } from './watch-disk'

/** ROOMFUL_SEED replays the moments of another run, as far as a real browser can be replayed. */
const SEED = Number(process.env.ROOMFUL_SEED ?? 1)
/** ROOMFUL_ROUNDS: more of them, for a long run. */
const ROUNDS = Number(process.env.ROOMFUL_ROUNDS ?? 20)
const MOST_MS = 120

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const ends: [string, (tab: ClientTab, round: number) => Promise<void>][] = [
  ['reloads', async () => {}],
  ['kills of the tab', async (tab, round) => (round % 2 === 0 ? tab.kill() : tab.page.close())],
]

test.each(ends)(
  `${ROUNDS} %s during sends, at random moments: each message once, none lost, order kept`,
  async (name, end) => {
    await using fixture = await tabsFixture(browser)
    const options = fixture.as('the tab')
    const notes = await fixture.notes()
    const history = new PageHistory(notes)
    const random = randomOf(SEED)
    const keptTexts = async (): Promise<ReadonlySet<string>> => new Set(await notes.all<string>('kept'))
    const said: string[] = []
    let tab = await ClientTab.open(fixture.context, options, watchDisk)
    const pages: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      // Every other time into a client that has just been created: it is not connected yet, and its disk is not open.
      if (round % 2 === 0) await tab.settled()
      if (name !== 'reloads' && round % 2 === 0) await tab.prepareKill()
      // Certainly on the disk: how much of what follows is depends on the machine.
      if (round % 2 === 0) {
        const sure = [0, 1, 2].map((n) => `message ${said.length + n}`)
        said.push(...sure)
        await tab.send(sure)
      }
      const until = Date.now() + random() * MOST_MS
      do {
        const texts = [0, 1, 2].map((n) => `message ${said.length + n}`)
        said.push(...texts)
        await tab.call('say', texts)
      } while (Date.now() < until)
      await end(tab, round)
      pages.push(...(await tab.errors()))
      const kept = await keptTexts()
      await history.ended(options.who, said, (text) => kept.has(text))
      if (name === 'reloads') await tab.start(options)
      else {
        const next = await ClientTab.load(fixture.context, options, watchDisk)
        await tab.page.close()
        tab = next
      }
    }
    await tab.settled()
    await using elsewhere = await fixture.elsewhere()
    const messages = await history.expectSound(elsewhere, options.room, [{ who: options.who, tab }])

    const texts = messages.map(({ content }) => content)
    const seqs = messages.map(({ seq }) => seq)
    expect(new Set(texts).size).toBe(texts.length)
    expect(seqs).toEqual(seqs.map((_, i) => i + 1))
    expect(texts).toEqual(said.filter((text) => texts.includes(text)))
    const kept = await keptTexts()
    const lost = said.filter((text) => !texts.includes(text))
    expect(lost.filter((text) => kept.has(text))).toEqual([])
    // Each round had something to lose; how much of it a kill leaves time for depends on the machine.
    expect(kept.size).toBeGreaterThan(ROUNDS)
    expect(pages).toEqual([])
  },
)
