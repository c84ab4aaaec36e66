import { readdirSync } from 'node:fs'
import { build } from 'esbuild'

/** Dependencies without CommonJS. They are bundled, as browsers get them: every supported Node has what they use. */
const ESM_ONLY = ['nanoid']

/**
 * Each built file once more as CommonJS beside it: for Jest's default, React Native's bundler before package exports,
 * and `require` on Node before 20.19. File by file, so that two entry points share one copy of a module here, too.
 * @param {string} dist
 */
export async function buildCommonJs(dist) {
  const files = readdirSync(dist).filter((name) => name.endsWith('.js') && !name.endsWith('.min.js'))
  await build({
    entryPoints: files.map((name) => `${dist}/${name}`),
    outdir: dist,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    conditions: ['browser'],
    target: 'es2022',
    // Jest runs no `import()` without flags of Node.
    supported: { 'dynamic-import': false },
    logLevel: 'error',
    plugins: [{ name: 'beside', setup }],
  })
}

/** @param {import('esbuild').PluginBuild} build */
function setup(build) {
  build.onResolve({ filter: /./ }, ({ path, kind, importer }) => {
    if (kind === 'entry-point' || importer.includes('node_modules')) return undefined
    if (ESM_ONLY.some((name) => path === name || path.startsWith(`${name}/`))) return undefined
    return { path: path.replace(/^(\.\/.+)\.js$/, '$1.cjs'), external: true }
  })
}
