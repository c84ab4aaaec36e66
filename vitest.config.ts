import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = fileURLToPath(new URL('packages', import.meta.url))

/** It ends a test that hangs. How fast something is, a test says by counts, ratios or `test/stopwatch.ts`. */
const HANGS_AFTER_MS = 20 * 60_000

export default defineConfig({
  resolve: {
    // To the sources, as in tsconfig.json: tests need no build, and a stale one cannot turn them green.
    alias: [
      { find: /^@roomful\/(\w+)$/, replacement: `${packages}/$1/src/index.ts` },
      { find: /^@roomful\/(\w+)\/(\w+)$/, replacement: `${packages}/$1/src/$2.ts` },
    ],
  },
  test: {
    // No module keeps state that one test could leave to another: loading all of them anew for each file was most of the time.
    isolate: false,
    // Of two cores it would leave one to itself.
    maxWorkers: 2,
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
        },
      },
      {
        extends: true,
        test: {
          name: 'simulator',
          include: ['test/simulator/**/*.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          provide: { engine: 'chromium' },
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
