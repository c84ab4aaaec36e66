import { waitUntil } from '@roomful/testing'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../integration/roomful-command'
import { ClientTab } from './client-page'
import { launchWholeBrowser } from './engines'
import { tabsFixture } from './tabs-fixture'
import { watchDisk } from './watch-disk'

const ROUNDS = 3
const EACH = 20

test('the whole browser is killed during sends, three times: what was on disk goes out once and in order', async () => {
  using profile = temporaryFolder()
  let browser = await launchWholeBrowser(profile.path)
  await using fixture = await tabsFixture(browser)
  let context = fixture.context
  const handed: string[] = []
  const kept: string[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const notes = await fixture.notes(context)
      const tab = await ClientTab.open(context, fixture.options, watchDisk)
      const texts = Array.from({ length: EACH }, (_, n) => `round ${round}, message ${n}`)
      handed.push(...texts)
      await tab.call('say', texts)
      // A browser that dies a moment later has them all, or some.
      const first = await waitUntil('one to be on disk', async () => (await notes.all<string>('kept')).at(0))
      await browser.kill()
      kept.push(first)
      browser = await launchWholeBrowser(profile.path)
      context = await browser.newContext()
    }
    const tab = await ClientTab.open(context, fixture.options)
    const { texts } = await tab.settled()
    expect(new Set(texts).size).toBe(texts.length)
    expect(kept.filter((text) => !texts.includes(text))).toEqual([])
    expect(texts).toEqual(handed.filter((text) => texts.includes(text)))
    await tab.storageIs('ok')
    expect(await tab.errors()).toEqual([])
  } finally {
    await browser.close()
  }
})
