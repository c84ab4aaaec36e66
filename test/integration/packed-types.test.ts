import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TypedApps, typedApps } from '../packed/typed-apps'

let apps: TypedApps
beforeAll(async () => {
  apps = await typedApps()
})
afterAll(() => apps?.[Symbol.dispose]())

// By bundler, node16 and nodenext; with `skipLibCheck: false` and `declaration: true`; laid out as pnpm does.
test.each(['5.4', '5.9', 'newest'] as const)(
  'apps compile with TypeScript %s, and so do the declarations that they import and emit',
  async (compiler) => {
    expect(await apps.check(compiler)).toBe('')
  },
)

/** What has other names here, or the same content for pages without a bundler. */
const SAME = new Map([
  ['roomful', '@roomful/cli'],
  ['@roomful/client/browser', '@roomful/client'],
])

test('declarations promise the names that the code has', async () => {
  const real = new Map<string, string[]>()
  for (const specifier of apps.values.keys())
    real.set(specifier, Object.keys(await import(/* @vite-ignore */ SAME.get(specifier) ?? specifier)))
  const sorted = (names: ReadonlyMap<string, readonly string[]>) =>
    Object.fromEntries([...names].map(([specifier, list]) => [specifier, [...list].sort()]))
  expect(sorted(apps.values)).toEqual(sorted(real))
})
