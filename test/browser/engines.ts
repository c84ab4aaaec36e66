import { inject } from 'vitest'
import type { EngineName, TestBrowser } from './engine/port'

declare module 'vitest' {
  interface ProvidedContext {
    /** Said by the project: see vitest.config.ts. */
    engine: EngineName
  }
}

const LAUNCH: Record<EngineName, () => Promise<TestBrowser>> = {
  chromium: async () => (await import('./engine/chromium')).launchChromium(),
}

/** The browser of the project that runs. */
export function launchBrowser(): Promise<TestBrowser> {
  return LAUNCH[inject('engine')]()
}
