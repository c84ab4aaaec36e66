// npm run check:packages: packs every package as it would be published, and runs publint and attw on the tarballs
// themselves, not on the folders: only there a file that `files` forgets is missing.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from './build.mjs'

const run = promisify(execFile)
await build()
const folder = mkdtempSync(`${tmpdir()}/roomful-pack-`)
let failed = false
try {
  const workspaces = readdirSync('packages').map((dir) => `--workspace=packages/${dir}`)
  const { stdout } = await run('npm', [
    'pack',
    '--json',
    '--ignore-scripts',
    `--pack-destination=${folder}`,
    ...workspaces,
  ])
  for (const { name, filename, files } of JSON.parse(stdout)) {
    const tarball = `${folder}/${filename}`
    const paths = files.map((/** @type {{ path: string }} */ file) => file.path)
    const problems = [
      ...checkFiles(paths, name),
      ...(await checkManifest(name, tarball)),
      ...(await checkTypes(tarball)),
    ]
    console.log(`${problems.length > 0 ? '✗' : '✓'} ${filename}, ${paths.length} files`)
    for (const problem of problems) console.error(`  ${problem}`)
    failed ||= problems.length > 0
  }
} finally {
  rmSync(folder, { recursive: true })
}
process.exitCode = failed ? 1 : 0

/** @param {string[]} paths @param {string} name */
function checkFiles(paths, name) {
  // The operator's page is built into the server's package.
  const wanted = ['LICENSE', 'README.md', ...(name === '@roomful/server' ? ['dist/admin/index.html'] : [])]
  const missing = wanted.filter((path) => !paths.includes(path))
  const stray = paths.filter((path) => /\.test\.|^src\//.test(path))
  return [...missing.map((path) => `no ${path}`), ...stray.map((path) => `ships ${path}`)]
}

/** @param {string} name @param {string} tarball */
async function checkManifest(name, tarball) {
  const { buffer, byteOffset, byteLength } = readFileSync(tarball)
  const bytes = /** @type {ArrayBuffer} */ (buffer).slice(byteOffset, byteOffset + byteLength)
  const { messages } = await publint({ pack: { tarball: bytes }, level: 'warning', strict: true })
  const manifest = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
  return messages.map((message) => formatMessage(message, manifest) ?? message.code)
}

/** Whether the types are found under every module resolution. @param {string} tarball */
async function checkTypes(tarball) {
  const args = [tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-color', '--no-emoji']
  return run('node_modules/.bin/attw', args).then(
    () => [],
    (error) => [error.stdout || error.message],
  )
}
