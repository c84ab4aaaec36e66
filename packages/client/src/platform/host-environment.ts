import type { Environment, WakeReason } from './environment'

type Source = {
  addEventListener: EventTarget['addEventListener']
  removeEventListener: EventTarget['removeEventListener']
}

/** How often the clock is checked, and how much more than that must have passed. */
const TICK_MS = 2_000
const JUMP_MS = 3_000

/** A device that slept fires no event in Node, but its clock has gone on without its timers. */
function onJump(listener: () => void): () => void {
  let last = Date.now()
  const timer = setInterval(() => {
    const passed = Date.now() - last
    last += passed
    // A page in the background has rare timers, and an event when it comes back.
    const isHidden = typeof document !== 'undefined' && document.visibilityState === 'hidden'
    if (passed > TICK_MS + JUMP_MS && !isHidden) listener()
  }, TICK_MS)
  // A script that has nothing else to do may end.
  if (typeof timer === 'object' && 'unref' in timer) timer.unref()
  return () => clearInterval(timer)
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
    ends.push(onJump(() => listener('jump')))
    on(globalThis, 'online', 'online')
    on(globalThis, 'pageshow', 'pageshow')
    on(globalThis, 'focus', 'focus')
    on(page, 'resume', 'resume')
    on(page, 'visibilitychange', 'visible', () => page?.visibilityState === 'visible')
    return () => {
      for (const end of ends) end()
    }
  },
}
