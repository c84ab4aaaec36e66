import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { SCALE } from './patches.mjs'

const PACKAGES = fileURLToPath(new URL('../..', import.meta.url))

/** @typedef {import('./patches.mjs').Patch} Patch */

/**
 * One file with the client, the server and the simulator, built from the sources: it starts at once and runs faster
 * than modules that are compiled one by one.
 *
 * @param {string} outfile
 * @param {Patch[]} patches
 */
export async function bundle(outfile, patches = []) {
  await build({
    entryPoints: [`${PACKAGES}testing/src/simulator/main.ts`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'warning',
    packages: 'external',
    alias: {
      '@roomful/protocol/plain': `${PACKAGES}protocol/src/plain.ts`,
      '@roomful/server/engine': `${PACKAGES}server/src/engine.ts`,
      ...Object.fromEntries(
        ['client', 'protocol', 'server'].map((name) => [
          `@roomful/${name}`,
          `${PACKAGES}${name}/src/index.ts`,
        ]),
      ),
    },
    plugins: [patching([...SCALE, ...patches])],
  })
}

/** @param {Patch[]} patches @returns {import('esbuild').Plugin} */
function patching(patches) {
  return {
    name: 'patches',
    setup(build) {
      const files = new Set(patches.map(({ file }) => `${PACKAGES}${file}`))
      const applied = new Set()
      build.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        if (!files.has(path)) return undefined
        applied.add(path)
        const own = patches.filter(({ file }) => path === `${PACKAGES}${file}`)
        return { contents: own.reduce(apply, readFileSync(path, 'utf8')), loader: 'ts' }
      })
      build.onEnd(() => {
        const missing = [...files].filter((file) => !applied.has(file))
        return missing.length > 0 ? { errors: [{ text: `never loaded: ${missing.join(', ')}` }] } : undefined
      })
    },
  }
}

/** @param {string} text @param {Patch} patch */
export function apply(text, { file, find, replace }) {
  const parts = text.split(find)
  if (parts.length !== 2) throw new Error(`${file} has ${parts.length - 1} times: ${find}`)
  return parts.join(replace)
}
