import { inject } from 'vitest'
import type { EngineName, TestBrowser } from './engine/port'

declare module 'vitest' {
  interface ProvidedContext {
    /** Set by the project: see vitest.config.ts. */
    engine: EngineName
  }
}

const LAUNCH: Record<EngineName, (profile?: string) => Promise<TestBrowser>> = {
  chromium: async (profile) => (await import('./engine/chromium')).launchChromium(profile),
  firefox: async (profile) => (await import('./engine/firefox')).launchFirefox(profile),
  webkit: async () => (await import('./engine/webkit')).launchWebKit(),
}

/** The browser of the running project: Chromium without its window, which opens a page with half the CPU time. */
export async function launchBrowser(): Promise<TestBrowser> {
  if (inject('engine') !== 'chromium') return launchWholeBrowser()
  return (await import('./engine/chromium')).launchHeadlessShell()
}

/**
 * For suites about what is around the page: its processes and their end, the back/forward cache, quotas, service workers.
 * `profile`: a folder for the browser's data; without one all is gone with it.
 */
export function launchWholeBrowser(profile?: string): Promise<TestBrowser> {
  return LAUNCH[inject('engine')](profile)
}
