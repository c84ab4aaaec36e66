// npm run check:packages: packs every package as it would be published, and runs publint and attw on the tarballs
// themselves, not on the folders: only there a file that `files` forgets is missing.
import { readFileSync } from 'node:fs'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { build } from './build.mjs'
import { inTempFolder, packAll, run } from './pack.mjs'
import { manifestProblems } from './release-manifests.mjs'

await build()
for (const problem of manifestProblems()) {
  console.error(`✗ ${problem}`)
  process.exitCode = 1
}
await inTempFolder(async (folder) => {
  for (const { name, path, files, size } of await packAll(folder)) {
    const paths = files.map((file) => file.path)
    const problems = [
      ...checkFiles(paths, name),
      ...(await checkManifest(name, path)),
      ...(await checkTypes(path, paths)),
    ]
    console.log(
      `${problems.length > 0 ? '✗' : '✓'} ${name}, ${paths.length} files, ${(size / 1000).toFixed(1)} KB`,
    )
    for (const problem of problems) console.error(`  ${problem}`)
    if (problems.length > 0) process.exitCode = 1
  }
})

/** @param {string[]} paths @param {string} name */
function checkFiles(paths, name) {
  // The operator's page is built into the server's package.
  const wanted = ['LICENSE', 'README.md', ...(name === '@roomful/server' ? ['dist/admin/index.html'] : [])]
  const missing = wanted.filter((path) => !paths.includes(path))
  const stray = paths.filter((path) => /\.test\.|^src\/|\.map$/.test(path))
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

/**
 * Whether the types are found under every module resolution that reads `exports`; without CommonJS, by ES modules only.
 * @param {string} tarball @param {string[]} paths
 */
function checkTypes(tarball, paths) {
  const profile = paths.includes('dist/index.cjs') ? 'node16' : 'esm-only'
  // One minified file for pages without a bundler: it has the types of the package, and no CommonJS.
  const args = [tarball, '--profile', profile, '--exclude-entrypoints', 'browser']
  return run('node_modules/.bin/attw', [...args, '--format', 'ascii', '--no-color', '--no-emoji']).then(
    () => [],
    (error) => [error.stdout || error.message],
  )
}
