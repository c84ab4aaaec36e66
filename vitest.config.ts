import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { ENGINES, LACKING } from './test/browser/suites.mjs'
import { LongestFirst } from './test/longest-first.mjs'

const packages = fileURLToPath(new URL('packages', import.meta.url))

/**
 * It ends a test that hangs: the longest took over 20 minutes on two cores, beside four busy loops and a build. How
 * fast something is, a test says by counts, ratios or `test/stopwatch.ts`.
 */
const HANGS_AFTER_MS = 60 * 60_000

export default defineConfig({
  resolve: {
    // To the sources, as in tsconfig.json: tests need no build, and a stale one cannot turn them green.
    alias: [
      { find: /^@roomful\/(\w+)$/, replacement: `${packages}/$1/src/index.ts` },
      { find: /^create-roomful$/, replacement: `${packages}/create-roomful/src/index.ts` },
      { find: /^@roomful\/(\w+)\/(\w+)$/, replacement: `${packages}/$1/src/$2.ts` },
    ],
  },
  test: {
    // No module keeps state that one test could leave to another: loading all of them anew for each file was most of the time.
    isolate: false,
    // Of two cores it would leave one to itself.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: [
            'packages/*/src/**/*.test.{ts,tsx}',
            'examples/*/src/**/*.test.{ts,tsx}',
            'test/unit/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          // They often wait for processes that end, leases that run out, and databases that come back.
          maxWorkers: 3,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'simulator',
          include: ['test/simulator/**/*.test.ts'],
        },
      },
      ...ENGINES.map((engine) => ({
        extends: true as const,
        test: {
          name: engine === 'chromium' ? 'browser' : engine,
          include: ['test/browser/**/*.test.ts'],
          exclude: Object.keys(LACKING[engine]).map((name) => `test/browser/${name}.test.ts`),
          provide: { engine },
          sequence: { groupOrder: 1 },
        },
      })),
    ],
  },
})
