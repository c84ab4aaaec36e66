// npm run sizes:packages: what each package weighs, as published and as installed by npm. It needs the registry.
// `-- --no-install` leaves out the second.
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from './build.mjs'
import { inTempFolder, packAll, run } from './pack.mjs'

await build({ pages: true })
await inTempFolder(async (folder) => {
  const tarballs = await packAll(folder)
  console.log('| package | tarball, KB | unpacked, KB | files | installed, MB | packages |')
  console.log('|---|---|---|---|---|---|')
  for (const { name, size, unpackedSize, files } of tarballs) {
    const installed = process.argv.includes('--no-install')
      ? ['', '']
      : await installedSize(folder, name, tarballs)
    const cells = [`\`${name}\``, kb(size), kb(unpackedSize), files.length, ...installed]
    console.log(`| ${cells.join(' | ')} |`)
  }
})

/** With its dependencies and the peers that npm installs by itself.
 * @param {string} folder @param {string} name @param {import('./pack.mjs').Tarball[]} tarballs */
async function installedSize(folder, name, tarballs) {
  const project = join(folder, name.replace('/', '-'))
  mkdirSync(project)
  const own = tarballs.find((tarball) => tarball.name === name)
  const overrides = Object.fromEntries(
    tarballs.filter((tarball) => tarball.name !== name).map(({ name, path }) => [name, `file:${path}`]),
  )
  const manifest = { private: true, dependencies: { [name]: `file:${own?.path}` }, overrides }
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
  await run('npm', ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: project })
  const modules = join(project, 'node_modules')
  const entries = readdirSync(modules, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const bytes = files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0)
  const isPackage = /node_modules\/(@[^/]+\/)?[^/@.][^/]*$/
  const packages = entries.filter(
    (entry) => entry.isDirectory() && isPackage.test(join(entry.parentPath, entry.name)),
  )
  return [(bytes / 1e6).toFixed(1), packages.length]
}

/** @param {number} bytes */
function kb(bytes) {
  return (bytes / 1000).toFixed(1)
}
