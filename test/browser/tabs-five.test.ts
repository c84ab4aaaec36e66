import { waitUntil } from '@roomful/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ClientTab, errorsOf } from './client-page'
import type { TestBrowser } from './engine/port'
import { launchBrowser } from './engines'
import { PageHistory } from './page-history'
import { tabsFixture } from './tabs-fixture'

let browser: TestBrowser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

test('five tabs of one user: one websocket, 200 sends, each once, the order of each tab kept, all five equal', async () => {
  await using fixture = await tabsFixture(browser)
  const history = new PageHistory(await fixture.notes())
  const names = ['one', 'two', 'three', 'four', 'five'].map((name) => fixture.as(name))
  const tabs: ClientTab[] = []
  for (const options of names) tabs.push(await ClientTab.open(fixture.context, options))
  // A busy owner loses the connection to another tab, and closes its own when it runs again.
  await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
  const said = tabs.map((_, i) => Array.from({ length: 40 }, (_, n) => `tab ${i}, message ${n}`))
  await Promise.all(tabs.map((tab, i) => tab.send(said[i] ?? [])))
  const lookAtAll = () => Promise.all(tabs.map((tab) => tab.settled()))
  await waitUntil('all five to show all', async () =>
    (await lookAtAll()).every(({ texts }) => texts.length === 200),
  )
  const shown = (await lookAtAll()).map(({ texts }) => texts)
  for (const texts of shown) expect(texts).toEqual(shown[0])
  expect([...(shown[0] ?? [])].sort()).toEqual(said.flat().sort())
  for (const own of said) expect(shown[0]?.filter((text) => own.includes(text))).toEqual(own)
  await waitUntil('one websocket', async () => (await fixture.sockets()) === 1)
  await using elsewhere = await fixture.elsewhere()
  const recorded = names.flatMap(({ who }, i) => (tabs[i] ? { who, tab: tabs[i] } : []))
  await history.expectSound(elsewhere, fixture.options.room, recorded)

  await tabs[3]?.setDraft('in every tab')
  await waitUntil('the draft', async () => (await lookAtAll()).every(({ draft }) => draft === 'in every tab'))
  expect(await errorsOf(...tabs)).toEqual([])
})
