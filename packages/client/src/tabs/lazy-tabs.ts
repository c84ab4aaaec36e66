import { lazyStore } from '../adapters/lazy-store'
import { lazyTransport } from '../adapters/lazy-transport'
import type { ChatOptions } from '../options'
import type { LocalStore } from '../ports/local-store'
import type { TransportFactory } from '../ports/transport'
import type { Tabs, TabsOptions } from './create-tabs'

/** What the client leans on instead of a line and a disk of its own. Its code is loaded with the first of the two. */
export type TabsLink = {
  readonly openTransport: TransportFactory
  readonly store: LocalStore
  /** Does this tab write rows? */
  keeps(): boolean
  end(): void
}

/** Shared where the platform lets tabs find each other and they have one disk; null: this tab is on its own. */
export function linkTabs(
  { tabs, ports }: ChatOptions,
  store: LocalStore,
  options: () => Omit<TabsOptions, 'port'>,
): TabsLink | null {
  const can = ports?.tabs !== undefined || (store.kind === 'indexeddb' && hasTabs())
  if (tabs === 'separate' || !can) return null
  let loading: Promise<Tabs> | null = null
  let loaded: Tabs | null = null

  const load = (): Promise<Tabs> => {
    loading ??= import('./create-tabs').then(
      ({ createTabs, browserTabs }) => {
        loaded = createTabs({ ...options(), port: ports?.tabs ?? browserTabs() })
        return loaded
      },
      (error: unknown) => {
        loading = null
        throw error
      },
    )
    return loading
  }

  return {
    openTransport: lazyTransport(async () => {
      const { transport } = await load()
      return () => transport
    }),
    store: lazyStore(store.kind, async () => (await load()).store(store)),
    keeps: () => loaded?.keeps() ?? false,
    end: () => loaded?.end(),
  }
}

const hasTabs = (): boolean =>
  typeof BroadcastChannel !== 'undefined' && typeof navigator !== 'undefined' && 'locks' in navigator
