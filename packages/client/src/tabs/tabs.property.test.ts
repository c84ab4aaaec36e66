import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TabsWorld, type TestTab } from '../test-support/tabs-world'
import { expectConverged, ROOM } from '../test-support/testing-world'

const MOST_TABS = 4

const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ do: fc.constant('open' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('kill' as const, 'freeze' as const, 'thaw' as const, 'deafen' as const),
      tab: fc.nat(9),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('hide' as const, 'close' as const), tab: fc.nat(9) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), tab: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('say' as const, 'edit' as const, 'cut' as const) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('frames' as const), count: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(20, 300, 1_500, 12_000) }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Tabs that open and close, sleep and wake, receive nothing for a while, at any point of their work. */
class Run {
  readonly world = new TabsWorld()
  readonly tabs: TestTab[] = []
  readonly frozen = new Set<TestTab>()
  /** What each tab sent and the disk had, in order: it must not get lost, whatever happens to the tab. */
  readonly posted: string[][] = []
  private readonly postedBy = new Map<TestTab, string[]>()
  private count = 0
  /** The first message's text before it was edited: there is no other trace of it. */
  private overwritten: string | undefined

  async take(next: Step): Promise<void> {
    const { world } = this
    const tab = 'tab' in next ? this.tabs[next.tab % Math.max(1, this.tabs.length)] : undefined
    if (next.do === 'open' && this.tabs.length < MOST_TABS) this.tabs.push(world.newTab())
    if (next.do === 'say') world.server.sendAs(ROOM, 'bob', `bob ${++this.count}`)
    const [first] = world.server.room(ROOM).messages
    if (next.do === 'edit' && first) {
      this.overwritten ??= first.content
      world.server.edit(ROOM, 'bob', 1, `edited ${++this.count}`)
    }
    if (next.do === 'cut') for (const { connection } of world.clients) if (connection.isUp) connection.cut()
    if (next.do === 'frames')
      for (let i = 0; i < next.count; i++) {
        for (const { connection } of world.clients) connection.step()
        await world.tick()
      }
    if (next.do === 'pass') for (let ms = 0; ms < next.ms; ms += 100) await world.pass(Math.min(100, next.ms))
    if (tab) await this.takeOf(tab, next.do)
    await world.tick()
  }

  private async takeOf(tab: TestTab, what: Step['do']): Promise<void> {
    const { world } = this
    const isFrozen = this.frozen.has(tab)
    if (what === 'thaw' && isFrozen) {
      this.frozen.delete(tab)
      world.thaw(tab)
    }
    if (what === 'freeze' && !isFrozen) {
      this.frozen.add(tab)
      world.freeze(tab, this.frozen.size % 2 === 0)
    }
    if (what === 'kill') {
      this.frozen.delete(tab)
      world.kill(tab)
      this.tabs.splice(this.tabs.indexOf(tab), 1)
    }
    if (what === 'deafen') tab.tab.deaf = !tab.tab.deaf
    if (isFrozen) return
    if (what === 'hide') tab.tab.show(!tab.tab.port.isVisible())
    if (what === 'close') {
      this.tabs.splice(this.tabs.indexOf(tab), 1)
      await tab.chat.close()
    }
    if (what === 'send') {
      const text = `message ${++this.count}`
      const { clientId } = tab.room.send(text)
      await world.tick()
      if (!world.browser.disk.entries.has(clientId)) return
      const own = this.postedBy.get(tab) ?? []
      if (own.length === 0) this.posted.push(own)
      this.postedBy.set(tab, own)
      own.push(text)
    }
  }

  async end(): Promise<void> {
    const { world } = this
    for (const tab of this.frozen) world.thaw(tab)
    for (const { tab } of this.tabs) tab.deaf = false
    if (this.tabs.length === 0) this.tabs.push(world.newTab())
    await world.rest(90_000)
    for (const tab of this.tabs) expectConverged(world, tab)
    expect(world.connections()).toBe(1)
    const texts = world.server.room(ROOM).messages.map((row) => row.content)
    expect(new Set(texts).size).toBe(texts.length)
    for (const own of this.posted)
      expect(texts.filter((text) => own.includes(text))).toEqual(
        own.filter((text) => text !== this.overwritten),
      )
    expect(world.browser.disk.entries.size).toBe(0)

    // What is on disk now is sound: a tab that begins with it ends like the server (I16).
    for (const tab of this.tabs) world.kill(tab)
    const next = world.newTab()
    await world.rest(5_000)
    expectConverged(world, next)
  }
}

test('tabs come, go, sleep and wake at any moment: one connection, each message once, in order, all equal, the disk sound', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const run = new Run()
      run.tabs.push(run.world.newTab())
      for (const next of steps) await run.take(next)
      await run.end()
    }),
    { numRuns: Number(process.env.TABS_RUNS ?? 40), seed: Number(process.env.TABS_SEED ?? 20_261_124) },
  )
})
