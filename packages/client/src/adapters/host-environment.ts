import type { Environment, WakeReason } from '../ports/environment'

type Source = {
  addEventListener: EventTarget['addEventListener']
  removeEventListener: EventTarget['removeEventListener']
}

/** The events of this place, where it has them: a page, a worker, Node. Looked for when called, never on import. */
export const hostEnvironment: Environment = {
  onWake: (listener) => {
    const ends: (() => void)[] = []
    const on = (
      source: Partial<Source> | undefined,
      event: string,
      reason: WakeReason,
      when = () => true,
    ): void => {
      if (typeof source?.addEventListener !== 'function') return
      const handler = (): void => {
        if (when()) listener(reason)
      }
      source.addEventListener(event, handler)
      ends.push(() => source.removeEventListener?.(event, handler))
    }
    const page = typeof document === 'undefined' ? undefined : document
    on(globalThis, 'online', 'online')
    on(globalThis, 'pageshow', 'pageshow')
    on(globalThis, 'focus', 'focus')
    on(page, 'resume', 'resume')
    on(page, 'visibilitychange', 'visible', () => page?.visibilityState === 'visible')
    return () => {
      for (const end of ends) end()
    }
  },
  isOnline: () => typeof navigator === 'undefined' || navigator.onLine !== false,
}
