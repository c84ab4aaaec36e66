import type { LockHold, TabsPort } from './port'

/** Web Locks and BroadcastChannel, looked up when called, never on import. */
export function browserTabs(): TabsPort {
  const { locks } = navigator
  const page = typeof document === 'undefined' ? undefined : document

  return {
    lock: (name, how, signal) =>
      new Promise((resolve, reject) => {
        let resolveLost = (): void => {}
        const lost = new Promise<void>((done) => {
          resolveLost = done
        })
        const options: LockOptions =
          how === 'steal' ? { steal: true } : how === 'try' ? { ifAvailable: true } : signal ? { signal } : {}
        locks
          .request(name, options, (lock) => {
            if (lock === null) return resolve(null)
            return new Promise<void>((release) => resolve({ lost, release } satisfies LockHold))
          })
          .catch((error: unknown) => {
            resolveLost()
            // After it was granted this is a no-op.
            if (signal?.aborted) resolve(null)
            else reject(error)
          })
      }),
    settled: async () => {
      await locks.query()
    },
    channel: (name, onMessage) => {
      const channel = new BroadcastChannel(name)
      channel.onmessage = ({ data }: MessageEvent<unknown>) => onMessage(data)
      return { post: (message) => channel.postMessage(message), close: () => channel.close() }
    },
    isVisible: () => page?.visibilityState !== 'hidden',
    onPage: (listener) => {
      const onVisibility = (): void => listener(page?.visibilityState === 'hidden' ? 'hidden' : 'visible')
      const onFreeze = (): void => listener('frozen')
      page?.addEventListener('visibilitychange', onVisibility)
      page?.addEventListener('freeze', onFreeze)
      return () => {
        page?.removeEventListener('visibilitychange', onVisibility)
        page?.removeEventListener('freeze', onFreeze)
      }
    },
  }
}
