import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { installedFor, link, pack } from './pack'

/** The other packages that the test's app has. */
const APP_NEEDS = ['react', 'react-dom']

/** Packed too, where it is asked for. */
const isOurs = (name: string): boolean => /^(@roomful\/|create-roomful$)/.test(name)

const run = promisify(execFile)
const HERE = dirname(fileURLToPath(import.meta.url))

/** An app outside of this repository that has the packages as they would be published. */
export type PackedProject = Disposable & {
  readonly folder: string
  /** Runs a script of it, in a Node without access to this repository. Rejects if it fails. */
  node(script: string, env?: Record<string, string>): Promise<string>
  /** Runs its `roomful`, if the package is in it. */
  cli(args: readonly string[], env?: Record<string, string>): Promise<string>
}

/**
 * Packs the packages and puts them where npm would, in a separate folder, with their declared dependencies and nothing
 * else: a dependency that is used and not declared is not found. `typed-apps.ts` checks their types.
 */
export async function packedProject(names: readonly string[]): Promise<PackedProject> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-packed-'))
  const modules = join(folder, 'node_modules')
  const packed = await pack(names, folder, (name) => join(modules, name), { types: false })
  for (const { name, needs } of packed)
    for (const need of needs) if (!isOurs(need)) link(modules, need, installedFor(name, need))
  for (const own of APP_NEEDS) link(modules, own)
  cpSync(join(HERE, 'project'), join(folder, 'project'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))

  const execute = async (args: readonly string[], env: Record<string, string> = {}): Promise<string> => {
    const options = { cwd: folder, env: { PATH: process.env.PATH, ...env } }
    return (await run(process.execPath, [...args], options)).stdout
  }
  return {
    folder,
    node: (script, env) => execute([join('project', script)], env),
    cli: (args, env) => execute([join(modules, 'roomful', 'bin', 'roomful.js'), ...args], env),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
