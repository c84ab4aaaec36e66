import { chatClosedError } from '../handles/limits'
import type { ChatOptions } from '../options'
import type { LocalCopy } from '../storage/local-copy'
import type { LocalStore } from '../storage/port'
import { lazyTransport } from '../transport/lazy-transport'
import type { TransportFactory } from '../transport/port'
import type { Tabs, TabsOptions } from './create-tabs'

/** Replaces the client's own connection and disk. Its code is loaded with the first use of either. */
export type TabsLink = {
  readonly openTransport: TransportFactory
  share(copy: LocalCopy): Promise<LocalCopy>
  /** Does this tab write rows? */
  writesRows(): boolean
  /** Another tab has written rows while this one believed to be the writer. */
  lostWriter(): void
  end(): void
}

/**
 * Shared where the platform lets tabs find each other and they have one disk, and tokens say whose tabs they are; null: this
 * tab is on its own.
 */
export function linkTabs(
  { auth, tabs, ports }: ChatOptions,
  kind: LocalStore['kind'],
  options: () => Omit<TabsOptions, 'port'>,
): TabsLink | null {
  const can = ports?.tabs !== undefined || (kind === 'indexeddb' && hasTabs())
  if (tabs === 'separate' || auth === undefined || !can) return null
  let loading: Promise<Tabs> | null = null
  let loaded: Tabs | null = null
  let isOver = false

  const load = (): Promise<Tabs> => {
    loading ??= import('./create-tabs').then(
      ({ createTabs, browserTabs }) => {
        // It would be a tab that nothing ends (I23).
        if (isOver) throw chatClosedError()
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
    // After the end a copy is only opened to be deleted.
    share: async (copy) => (isOver && loaded === null ? copy : (await load()).share(copy)),
    writesRows: () => loaded?.writesRows() ?? false,
    lostWriter: () => loaded?.lostWriter(),
    end: () => {
      isOver = true
      loaded?.end()
    },
  }
}

const hasTabs = (): boolean =>
  typeof BroadcastChannel !== 'undefined' && typeof navigator !== 'undefined' && 'locks' in navigator
