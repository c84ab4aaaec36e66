// The packages as they would be published: for whatever checks, weighs or installs tarballs.
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const run = promisify(execFile)

/**
 * @typedef {{ name: string, version: string, path: string, size: number, unpackedSize: number, files: { path: string }[] }} Tarball
 *   `path` is that of the tarball; sizes in bytes.
 */

/** Packs every package that is built into the folder. @param {string} folder @returns {Promise<Tarball[]>} */
export async function packAll(folder) {
  const workspaces = readdirSync('packages').map((dir) => `--workspace=packages/${dir}`)
  const args = ['pack', '--json', '--ignore-scripts', `--pack-destination=${folder}`, ...workspaces]
  const { stdout } = await run('npm', args, { maxBuffer: 1e8 })
  return JSON.parse(stdout).map((/** @type {Omit<Tarball, 'path'> & { filename: string }} */ packed) => ({
    ...packed,
    path: join(folder, packed.filename),
  }))
}

/** A folder that is gone afterwards. @template T @param {(folder: string) => Promise<T>} work @returns {Promise<T>} */
export async function inTempFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-pack-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
