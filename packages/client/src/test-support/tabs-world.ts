// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import '../storage/on-disk'
import '../tabs/create-tabs'
import type { ChatOptions } from '../options'
import { FakeBrowser, type FakeTab } from './fake-browser'
import { ROOM, type TestClient, World } from './testing-world'

export type TestTab = TestClient & { readonly tab: FakeTab }

/** Tabs of one user in one browser, each with a whole client, and a server that counts their connections. */
export class TabsWorld extends World {
  readonly browser = new FakeBrowser(this.clock)
  /** Frozen: what the server sends them waits on their connections. */
  private readonly sleeping = new Set<TestTab>()

  constructor() {
    super()
    this.server.onChange = (roomId, changes) => {
      for (const { connection } of [...this.clients, ...this.sleeping]) connection.broadcast(roomId, changes)
    }
  }

  /** A tab that has just been opened, with these rooms on its screen. */
  newTab(
    userId = 'ada',
    rooms: readonly string[] = [ROOM],
    options: Partial<ChatOptions> = {},
    skewMs = 0,
  ): TestTab {
    const tab = this.browser.tab(skewMs)
    const client = this.client(userId, {
      auth: `header.${btoa(JSON.stringify({ sub: userId }))}.signature`,
      storage: tab.store,
      ...options,
      ports: { ...options.ports, tabs: tab.port, clock: tab.clock },
    })
    // Its rows are checked against the server's from the first on, whichever tab's connection delivers them (I5).
    client.connection.epoch = this.server.epoch
    void client.chat.connect()
    for (const id of rooms) void client.chat.room(id).open()
    return { ...client, tab }
  }

  /** The same, when it is online. */
  async openTab(...args: Parameters<TabsWorld['newTab']>): Promise<TestTab> {
    const tab = this.newTab(...args)
    await this.until(() => tab.chat.getState().connection.status === 'online', 2_000)
    await this.settle()
    return tab
  }

  async openTabs(count: number): Promise<TestTab[]> {
    const tabs: TestTab[] = []
    for (let i = 0; i < count; i++) tabs.push(await this.openTab())
    return tabs
  }

  /** Connections that the server has as signed in. */
  connections(): number {
    return this.clients.filter(({ connection }) => connection.isUp).length
  }

  owner(tabs: readonly TestTab[]): TestTab {
    const owner = tabs.find(({ connection }) => connection.isUp)
    if (owner === undefined) throw new Error('no tab has a line')
    return owner
  }

  /** The tab is gone in this instant, with its connection and its memory. */
  kill(victim: TestTab): void {
    victim.tab.kill()
    this.remove(victim)
    this.sleeping.delete(victim)
  }

  /** Nothing runs in the tab, and its connection is not read. */
  freeze(victim: TestTab, notified = false): void {
    victim.tab.freeze(notified)
    this.remove(victim)
    this.sleeping.add(victim)
  }

  thaw(victim: TestTab): void {
    this.sleeping.delete(victim)
    this.clients.push(victim)
    victim.tab.thaw()
  }

  private remove({ connection }: TestTab): void {
    const at = this.clients.findIndex((client) => client.connection === connection)
    if (at >= 0) this.clients.splice(at, 1)
  }

  /**
   * Lets time pass in small steps until the condition is true; returns how long that took. Throws if it takes longer
   * than `ms`.
   */
  async until(condition: () => boolean, ms: number): Promise<number> {
    const from = this.clock.now()
    for (;;) {
      await this.settle()
      if (condition()) return this.clock.now() - from
      if (this.clock.now() - from >= ms) throw new Error(`not so within ${ms} ms`)
      await this.pass(25)
    }
  }
}
