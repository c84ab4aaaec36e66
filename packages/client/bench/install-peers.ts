import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { promisify } from 'node:util'
import { type PeerName, peers } from './peers'

export type Installed = {
  /** Where a peer is installed, or why it is not. */
  folderOf(name: PeerName): { readonly folder: string } | { readonly why: string }
  /** Deletes temporary folders. */
  remove(): void
}

/** Each in its own folder, so that a failed install does not affect the others. */
export async function installPeers(names: readonly PeerName[], kept?: string): Promise<Installed> {
  const root = kept ?? (names.length > 0 ? mkdtempSync(`${tmpdir()}/roomful-peers-`) : '')
  const why = new Map<PeerName, string>()
  const folderOf = (name: PeerName): string => `${root}/${name.replace(/\W+/g, '-')}`
  for (const name of names) {
    const folder = folderOf(name)
    if (existsSync(`${folder}/node_modules`)) continue
    mkdirSync(folder, { recursive: true })
    writeFileSync(`${folder}/package.json`, '{ "private": true }')
    const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps']
    await promisify(execFile)('npm', [...args, ...peers[name].install], { cwd: folder }).catch((error) => {
      rmSync(folder, { recursive: true, force: true })
      why.set(name, `not installed: ${String(error.stderr || error.message).split('\n')[0]}`)
    })
  }
  return {
    folderOf: (name) => {
      if (!names.includes(name)) return { why: 'left out' }
      const reason = why.get(name)
      return reason === undefined ? { folder: folderOf(name) } : { why: reason }
    },
    remove: () => {
      if (kept === undefined && root !== '') rmSync(root, { recursive: true, force: true })
    },
  }
}
