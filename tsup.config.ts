import { readFileSync } from 'node:fs'
import { defineConfig, type Options } from 'tsup'

/** What each package is made for, and its entry points besides `index`. */
const packages: Record<string, { platform: 'neutral' | 'browser' | 'node'; entries?: string[] }> = {
  protocol: { platform: 'neutral', entries: ['plain'] },
  client: { platform: 'neutral', entries: ['faults', 'node', 'react-native'] },
  react: { platform: 'neutral', entries: ['devtools', 'files', 'scroll', 'virtual'] },
  server: { platform: 'node', entries: ['contract', 'engine'] },
  bot: { platform: 'node' },
  admin: { platform: 'neutral' },
  testing: { platform: 'node', entries: ['bots', 'browser', 'history', 'msw', 'node'] },
  cli: { platform: 'node', entries: ['main'] },
  'create-roomful': { platform: 'node', entries: ['main'] },
}

/** Everything a package declares stays an import: tsup would ask the root's package.json, which has none of it. */
function declared(dir: string): RegExp[] {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(`packages/${dir}/package.json`, 'utf8'))
  return Object.keys({ ...dependencies, ...peerDependencies }).map((name) => new RegExp(`^${name}(/|$)`))
}

function options(dir: string): Options {
  const { platform = 'neutral', entries = [] } = packages[dir] ?? {}
  return {
    name: dir,
    entry: ['index', ...entries].map((entry) => `packages/${dir}/src/${entry}.ts`),
    outDir: `packages/${dir}/dist`,
    format: 'esm',
    platform,
    target: platform === 'node' ? 'node20' : 'es2022',
    external: declared(dir),
    // One copy of a module that two entries share: `instanceof ChatError` must hold across them.
    splitting: true,
    // The files are not minified: a map would only repeat them, and was two thirds of each tarball.
    sourcemap: false,
    // scripts/build-types.mjs makes them all from one TypeScript program: 4 s, where tsup takes 13.
    dts: false,
    clean: false,
  }
}

// scripts/build.mjs names the stale ones; `npx tsup` alone builds them all.
export default defineConfig(
  (process.env.ROOMFUL_BUILD ?? Object.keys(packages).join(' ')).split(' ').map(options),
)
