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

/** The browser of the running project. `profile`: a folder for its data; without one all is gone with it. */
export function launchBrowser(profile?: string): Promise<TestBrowser> {
  return LAUNCH[inject('engine')](profile)
}
