// npm run build: builds what is stale. `--force` builds everything, `--packages` only what the packages need to run.
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { hasCommonJs, manifestOf } from './manifests.mjs'
import { precompress } from './precompress.mjs'
import { hashOf, locked, readStamps, writeStamps } from './stale.mjs'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const OF_REACT = ['protocol', 'client', 'react']
/**
 * Pages that vite builds, with the packages in each: the web chat, what the host examples serve, and the operator's page,
 * which the server ships.
 */
const PAGES = {
  'web-chat': { folder: 'examples/web-chat', output: 'examples/web-chat/dist', uses: OF_REACT },
  page: { folder: 'examples/page', output: 'examples/page/dist', uses: OF_REACT },
  'admin-page': { folder: 'examples/admin', output: 'packages/server/dist/admin', uses: ['admin'] },
}
/** For a `<script type="module">`: the client and all that it loads in one file. */
const BROWSER_FILE = 'packages/client/dist/roomful.min.js'
/** Packages with a command. Its file is run, never imported: it has no declarations. */
const COMMANDS = new Set(['cli', 'create-roomful'])

/** @typedef {{ name: string, inputs: string[], outputs: string[] }} Target */

/**
 * @param {{ force?: boolean, types?: boolean, pages?: boolean }} [options] `types: false` leaves the declarations out:
 *   running code does not need them, and they take most of the time.
 */
export async function build({ force = false, types = true, pages: withPages = true } = {}) {
  process.chdir(ROOT)
  const entries = entryPoints()
  /** @type {Target[]} */
  const packages = Object.entries(entries).map(([name, files]) => ({
    name,
    inputs: [`packages/${name}`],
    outputs: [
      ...[...files, ...(COMMANDS.has(name) ? [`packages/${name}/src/main.ts`] : [])].map((file) =>
        dist(file, '.js'),
      ),
      ...(hasCommonJs(name) ? files.map((file) => dist(file, '.cjs')) : []),
    ],
  }))
  const browserFile = {
    name: 'browser file',
    inputs: ['packages/client', 'packages/protocol', 'scripts/build-browser-file.mjs'],
    outputs: [BROWSER_FILE],
  }
  const all = packages.flatMap(({ inputs }) => inputs)
  const declarations = {
    name: 'types',
    inputs: all,
    outputs: Object.entries(entries).flatMap(([name, files]) => [
      ...files.map((file) => dist(file, '.d.ts')),
      ...(hasCommonJs(name) ? files.map((file) => dist(file, '.d.cts')) : []),
    ]),
  }
  const pages = Object.entries(PAGES).map(([name, { folder, output, uses }]) => ({
    folder,
    output,
    target: {
      name,
      inputs: [...uses.map((used) => `packages/${used}`), folder],
      outputs: [`${output}/index.html`],
    },
  }))

  await locked(async () => {
    const stamps = force ? {} : readStamps()
    const stale = packages.filter((target) => isStale(target, stamps))
    if (stale.length > 0) await step(stale, stamps, () => buildPackages(stale))
    if (isStale(browserFile, stamps))
      await step([browserFile], stamps, async () =>
        (await import('./build-browser-file.mjs')).buildBrowserFile(BROWSER_FILE),
      )
    // Two cores: vite in its own process beside the declarations in this one.
    await Promise.all([
      withPages &&
        buildPages(
          pages.filter(({ target }) => isStale(target, stamps)),
          stamps,
        ),
      types &&
        isStale(declarations, stamps) &&
        step([declarations], stamps, async () => (await import('./build-types.mjs')).buildTypes(entries)),
    ])
  })
}

/** Each package's entry points, from its `exports`: those that have a source of their own. */
function entryPoints() {
  return Object.fromEntries(
    readdirSync('packages').map((dir) => {
      const sources = Object.keys(manifestOf(dir).exports).map(
        (path) => `packages/${dir}/src/${path === '.' ? 'index' : path.slice(2)}.ts`,
      )
      return [dir, sources.filter((path) => existsSync(path))]
    }),
  )
}

/** @param {string} source @param {string} extension */
const dist = (source, extension) => source.replace('/src/', '/dist/').replace(/\.ts$/, extension)

/** @param {Target} target @param {Record<string, string>} stamps */
function isStale({ name, inputs, outputs }, stamps) {
  return stamps[name] !== hashOf(inputs) || !outputs.every((path) => existsSync(path))
}

/** @param {Target[]} targets @param {Record<string, string>} stamps @param {() => Promise<void>} work */
async function step(targets, stamps, work) {
  const title = targets.map(({ name }) => name).join(', ')
  const begun = performance.now()
  // Hashed before the work: an edit made meanwhile leaves the target stale.
  const hashes = targets.map(({ inputs }) => hashOf(inputs))
  await work()
  targets.forEach(({ name }, i) => {
    stamps[name] = hashes[i] ?? ''
  })
  writeStamps(stamps)
  console.log(`building ${title} …  ${((performance.now() - begun) / 1000).toFixed(1)} s`)
}

/** @param {Target[]} stale */
async function buildPackages(stale) {
  for (const { outputs } of stale) {
    const folder = dirname(outputs[0] ?? '')
    if (!existsSync(folder)) continue
    for (const old of readdirSync(folder)) if (/\.c?js(\.map)?$/.test(old)) rmSync(`${folder}/${old}`)
  }
  const tsup = await import('tsup')
  process.env.ROOMFUL_BUILD = stale.map(({ name }) => name).join(' ')
  try {
    await tsup.build({ silent: true })
  } finally {
    // Knip, which runs after it, reads the same configuration, and is to see all packages.
    delete process.env.ROOMFUL_BUILD
  }
  const { buildCommonJs } = await import('./build-common-js.mjs')
  for (const { name } of stale) if (hasCommonJs(name)) await buildCommonJs(`packages/${name}/dist`)
}

/** One after the other. @param {{ folder: string, output: string, target: Target }[]} stale @param {Record<string, string>} stamps */
async function buildPages(stale, stamps) {
  const vite = 'node_modules/vite/bin/vite.js'
  for (const { folder, output, target } of stale)
    await step([target], stamps, async () => {
      await promisify(execFile)(process.execPath, [vite, 'build', folder, '--logLevel', 'warn'])
      precompress(output)
    })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const packagesOnly = process.argv.includes('--packages')
  const force = process.argv.includes('--force')
  await build({ force, types: !packagesOnly, pages: !packagesOnly }).catch((error) => {
    console.error(error.stderr || error.message)
    process.exitCode = 1
  })
}
