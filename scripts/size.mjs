// npm run size: what a browser downloads of the built packages, gzip. Every chunk that a default app loads counts, each
// compressed by itself, as a server sends it. `-- --list` names the chunks.
import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build as bundle } from 'esbuild'
import { build } from './build.mjs'

const CLIENT = `import { createChat } from './packages/client/dist/index.js'; globalThis.chat = createChat(options)`
const HOOKS = `export * from './packages/react/dist/index.js'`
const VIRTUAL = `export * from './packages/react/dist/virtual.js'`
const SCROLL = `export * from './packages/react/dist/scroll.js'`
/** Code from outside this project, wherever it is imported. */
const DEPENDENCIES = ['socket.io-client', 'idb', 'nanoid', 'valibot', 'zustand']
/** Chunks that an app loads only when it uses protocol 1, presence, files, growing messages or `inspect`, or meets no server. All others come with the first connection. */
const ON_DEMAND = [
  'protocol-1-transport',
  'presence-hub',
  'file-work',
  'stream-producer',
  'create-inspector',
  'origin-hint',
]

await build({ types: false, pages: false })
const client = await chunksOf(CLIENT, ON_DEMAND)
const own = await chunksOf(CLIENT, ON_DEMAND, DEPENDENCIES)
const admin = await chunksOf(`export * from './packages/admin/dist/index.js'`, [])
const hooks = await chunksOf(HOOKS, [], ['@roomful/client', 'react'])
const scroll = await chunksOf(SCROLL, [], ['@roomful/client', 'react'])
const virtual = await chunksOf(VIRTUAL, [], ['@roomful/client', 'react', 'react-dom'])
/**
 * The limit is the measured size, in KB of 1,000 bytes, rounded up to the next 0.1.
 * @type {{ what: string, chunks: Chunk[], limitKb: number }[]}
 */
const checks = [
  { what: 'client, all that a default app downloads', chunks: client, limitKb: 93.9 },
  { what: 'client, own code of that', chunks: own, limitKb: 77.2 },
  { what: 'client, first chunk', chunks: client.filter(({ first }) => first), limitKb: 57.4 },
  { what: 'react hooks', chunks: hooks, limitKb: 3 },
  { what: 'react, scrolling', chunks: scroll, limitKb: 3.2 },
  { what: 'react, scrolling of long lists', chunks: virtual, limitKb: 8.7 },
  { what: 'admin client', chunks: admin, limitKb: 2.3 },
]

for (const { what, chunks, limitKb } of checks) {
  const kb = chunks.reduce((sum, { bytes }) => sum + bytes, 0) / 1_000
  const fits = kb <= limitKb
  console.log(`${fits ? '✓' : '✗'} ${what.padEnd(42)} ${kb.toFixed(2).padStart(6)} KB, at most ${limitKb}`)
  if (process.argv.includes('--list'))
    for (const { name, bytes } of chunks) console.log(`    ${name.padEnd(40)} ${String(bytes).padStart(6)}`)
  if (!fits) process.exitCode = 1
}

/** @typedef {{ name: string, bytes: number, first: boolean }} Chunk `first`: the app waits for it before it can start. */

/** The chunks of an app, as its bundler makes them. @param {string} contents
 * @param {string[]} onDemand beginnings of the names of those that a default app never loads @param {string[]} external
 * @returns {Promise<Chunk[]>} */
async function chunksOf(contents, onDemand, external = []) {
  const { outputFiles, metafile } = await bundle({
    stdin: { contents, resolveDir: '.', sourcefile: 'app.js' },
    bundle: true,
    splitting: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    outdir: 'out',
    write: false,
    metafile: true,
    external,
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error',
  })
  const bytes = new Map(outputFiles.map(({ path, contents }) => [basename(path), gzipSync(contents).length]))
  const imports = new Map(Object.entries(metafile.outputs).map(([path, output]) => [path, output.imports]))

  /** @param {string} path @param {(kind: string, path: string) => boolean} follow @param {Set<string>} found */
  function reach(path, follow, found = new Set()) {
    if (found.has(path)) return found
    found.add(path)
    for (const { path: next, kind, external = false } of imports.get(path) ?? [])
      if (!external && follow(kind, next)) reach(next, follow, found)
    return found
  }
  const app =
    Object.keys(metafile.outputs).find((path) => metafile.outputs[path]?.entryPoint === 'app.js') ?? ''
  // A chunk under another name would pass for one that every app loads, and the limit would be raised for it.
  const missing = onDemand.filter(
    (name) => ![...imports.keys()].some((path) => basename(path).startsWith(name)),
  )
  if (missing.length > 0) throw new Error(`no chunk is called ${missing.join(' or ')}`)
  const first = reach(app, (kind) => kind === 'import-statement')
  const all = reach(app, (_kind, next) => !onDemand.some((name) => basename(next).startsWith(name)))
  return [...all].map((path) => ({
    name: basename(path),
    bytes: bytes.get(basename(path)) ?? 0,
    first: first.has(path),
  }))
}
