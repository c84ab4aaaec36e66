import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build, ROOT } from '../../scripts/build.mjs'

const run = promisify(execFile)

/** One package as it would be published, unpacked. */
export type Packed = {
  readonly name: string
  readonly version: string
  readonly home: string
  /** Its declared dependencies and peers. */
  readonly needs: readonly string[]
}

/**
 * Builds and packs packages of this repository, and unpacks each at `homeOf`. `types: false` if only the code is
 * needed: building the types takes longest.
 */
export async function pack(
  names: readonly string[],
  folder: string,
  homeOf: (name: string, version: string) => string,
  options: { types?: boolean } = {},
): Promise<Packed[]> {
  await build(options)
  const { stdout } = await run(
    'npm',
    [
      'pack',
      '--json',
      '--ignore-scripts',
      `--pack-destination=${folder}`,
      ...names.map((name) => `--workspace=packages/${name}`),
    ],
    { cwd: ROOT },
  )
  const tarballs: { name: string; version: string; filename: string }[] = JSON.parse(stdout)
  return Promise.all(
    tarballs.map(async ({ name, version, filename }) => {
      const home = homeOf(name, version)
      mkdirSync(home, { recursive: true })
      await run('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', home])
      return { name, version, home, needs: declaredBy(home) }
    }),
  )
}

export function declaredBy(home: string): string[] {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  return Object.keys({ ...dependencies, ...peerDependencies })
}

/** Packages installed here, so that no network is needed. */
export const installed = (name: string): string => join(ROOT, 'node_modules', name)

/** The version that a package of this repository has, where it is not the one of all. */
export function installedFor(owner: string, name: string): string {
  const own = join(realpathSync(installed(owner)), 'node_modules', name)
  return existsSync(own) ? own : installed(name)
}

/** Links a package found in `modules` under its name. */
export function link(modules: string, name: string, target = installed(name)): void {
  const at = join(modules, name)
  mkdirSync(dirname(at), { recursive: true })
  rmSync(at, { force: true })
  symlinkSync(target, at)
}
