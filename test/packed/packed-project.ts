import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build, ROOT } from '../../scripts/build.mjs'

/** What the app of the tests has besides. */
const APP_NEEDS = ['react', 'react-dom', '@types/node', '@types/react']

const run = promisify(execFile)
const HERE = dirname(fileURLToPath(import.meta.url))

/** An app outside of this repository that has the packages as they would be published. */
export type PackedProject = Disposable & {
  readonly folder: string
  /** Runs a script of it, in a Node that knows nothing of this repository. Rejects when it fails. */
  node(script: string, env?: Record<string, string>): Promise<string>
  /** Checks the types of a folder of `apps` under one kind of module resolution; answers what `tsc` says. */
  checkTypes(app: 'web' | 'node', resolution: 'bundler' | 'nodenext'): Promise<string>
}

/**
 * Packs the packages and puts them where npm would, in a folder of their own, with what they declare and nothing else: a
 * dependency that is used and not declared is not found. Those of others are the ones that are installed here, so that no
 * network is needed. `types: false` where only the code is of interest: to build them takes the longest.
 */
export async function packedProject(
  names: readonly string[],
  options: { types?: boolean } = {},
): Promise<PackedProject> {
  await build(options)
  const folder = mkdtempSync(join(tmpdir(), 'roomful-packed-'))
  const modules = join(folder, 'node_modules')
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
  const packed: { name: string; filename: string }[] = JSON.parse(stdout)
  for (const { name, filename } of packed) {
    const home = join(modules, name)
    mkdirSync(home, { recursive: true })
    await run('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', home])
  }
  for (const { name } of packed)
    for (const dependency of declaredBy(join(modules, name))) link(modules, dependency)
  for (const own of APP_NEEDS) link(modules, own)
  for (const part of ['project', 'apps']) cpSync(join(HERE, part), join(folder, part), { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))

  return {
    folder,
    node: async (script, env = {}) => {
      const result = await run(process.execPath, [join('project', script)], {
        cwd: folder,
        env: { PATH: process.env.PATH, ...env },
        timeout: 60_000,
      })
      return result.stdout
    },
    checkTypes: async (app, resolution) => {
      const config = {
        compilerOptions: {
          target: 'ES2022',
          lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
          module: resolution === 'bundler' ? 'ESNext' : 'NodeNext',
          moduleResolution: resolution,
          types: ['node'],
          strict: true,
          exactOptionalPropertyTypes: true,
          noEmit: true,
          // Or most of the time goes into the platform's own declarations.
          skipLibCheck: true,
        },
        include: [`apps/${app}`],
      }
      const path = join(folder, `tsconfig.${app}.${resolution}.json`)
      writeFileSync(path, JSON.stringify(config))
      const checked = run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', path], { cwd: folder })
      return checked.then(
        () => '',
        (error: { stdout?: string }) => error.stdout || String(error),
      )
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

function declaredBy(home: string): string[] {
  const { dependencies, peerDependencies } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  return Object.keys({ ...dependencies, ...peerDependencies })
}

function link(modules: string, name: string): void {
  if (name.startsWith('@roomful/')) return
  const at = join(modules, name)
  mkdirSync(dirname(at), { recursive: true })
  rmSync(at, { force: true })
  symlinkSync(join(ROOT, 'node_modules', name), at)
}
