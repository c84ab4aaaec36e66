import { execFile } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from '../../scripts/build.mjs'
import { declaredBy, installed, link, pack } from './pack'
import { probes } from './probes'

const run = promisify(execFile)
const HERE = dirname(fileURLToPath(import.meta.url))
/** Third-party packages that our declarations import: of the rest only the code is used. */
const TYPED = new Set(['@standard-schema/spec', 'valibot', 'react', '@types/react'])
/** It is written with msw's types, which need those of the DOM and are no app's for Node. */
const NEEDS_DOM = new Set(['@roomful/testing/msw'])
const PACKAGES = ['protocol', 'client', 'react', 'server', 'bot', 'testing', 'cli']

type App = {
  /** What its package.json would name: under pnpm it finds nothing else. */
  readonly needs: readonly string[]
  readonly lib: readonly string[]
  /**
   * By every compiler and module resolution. The other apps check what can be named, for which one is enough: the
   * fastest.
   */
  readonly everywhere?: true
}
const MODULES = { bundler: 'ESNext', node16: 'Node16', nodenext: 'NodeNext' }
type Resolution = keyof typeof MODULES
const RESOLUTIONS: readonly Resolution[] = ['bundler', 'node16', 'nodenext']
/** By then `nodenext` is `node16` by another name. */
const RESOLUTIONS_5_4: readonly Resolution[] = ['bundler', 'nodenext']

const REACT = ['@roomful/client', '@roomful/react', 'react', '@types/react']
/** As in Vite's template: no Node. */
const VITE_LIB = ['ES2022', 'DOM', 'DOM.Iterable']
const NODE_LIB = ['ES2023']
/** Each is a separate program: in one, TypeScript finds a package through another app. */
const APPS: Record<string, App> = {
  web: { needs: REACT, lib: VITE_LIB, everywhere: true },
  node: {
    needs: [...REACT, '@roomful/bot', '@roomful/server', '@roomful/testing', 'roomful', '@types/node'],
    lib: NODE_LIB,
    everywhere: true,
  },
  bot: { needs: ['@roomful/bot', '@types/node'], lib: NODE_LIB },
  server: { needs: ['@roomful/server', '@types/node'], lib: NODE_LIB },
  testing: { needs: ['@roomful/testing', '@roomful/client', '@types/node'], lib: NODE_LIB },
  protocol: { needs: ['@roomful/protocol', 'valibot', '@types/node'], lib: NODE_LIB },
  cli: { needs: ['roomful', '@types/node'], lib: NODE_LIB },
}

const COMPILERS = {
  '5.4': 'test/compilers/5.4/node_modules/typescript',
  '5.9': 'node_modules/typescript',
  newest: 'test/compilers/newest/node_modules/typescript',
}
export type Compiler = keyof typeof COMPILERS

/** Apps outside of this repository that have the packages as pnpm installs them. */
export type TypedApps = Disposable & {
  /** By entry point, the names that exist at run time according to the declarations. */
  readonly values: ReadonlyMap<string, readonly string[]>
  /** Compiles each app, with the declarations of its imports and its own: returns the errors by app. */
  check(compiler: Compiler): Promise<string>
}

/**
 * pnpm's layout of packages: each in a separate folder beside links to its declared dependencies, and an app has links
 * to its own. TypeScript's inferred types in an app must be nameable through those (TS2742 otherwise).
 */
export async function typedApps(): Promise<TypedApps> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-types-'))
  const store = join(folder, 'node_modules/.pnpm')
  const modulesOf = (name: string, version: string) =>
    join(store, `${name.replace('/', '+')}@${version}`, 'node_modules')
  const packed = await pack(PACKAGES, folder, (name, version) => join(modulesOf(name, version), name))
  const homes = new Map(packed.map(({ name, home }) => [name, home]))
  /** Copied, not linked: TypeScript's errors about a package depend on its real path. */
  const homeOf = (name: string): string => {
    const known = homes.get(name)
    if (known !== undefined) return known
    const { version } = JSON.parse(readFileSync(join(installed(name), 'package.json'), 'utf8'))
    const home = join(modulesOf(name, version), name)
    homes.set(name, home)
    cpSync(installed(name), home, { recursive: true })
    for (const need of declaredBy(home))
      if (existsSync(installed(need))) link(modulesOf(name, version), need, homeOf(need))
    return home
  }
  for (const { name, version, needs } of packed)
    for (const need of needs.filter((one) => homes.has(one) || TYPED.has(one)))
      link(modulesOf(name, version), need, homeOf(need))

  const probed = probes(packed)
  for (const [app, { needs }] of Object.entries(APPS)) {
    cpSync(join(HERE, 'apps', app), join(folder, app), { recursive: true })
    for (const need of needs) link(join(folder, app, 'node_modules'), need, homeOf(need))
    writeFileSync(join(folder, app, 'package.json'), JSON.stringify({ type: 'module', private: true }))
    if (app === 'node') continue
    for (const { package: name, specifier, text } of probed)
      if (
        needs.includes(name) &&
        !NEEDS_DOM.has(specifier) &&
        (needs.includes('@types/node') || !specifier.endsWith('/node'))
      )
        writeFileSync(join(folder, app, `probe-${specifier.replace(/\W+/g, '-')}.ts`), text)
  }

  return {
    values: new Map(probed.map(({ specifier, values }) => [specifier, values])),
    check: async (compiler) => {
      const typescript = join(ROOT, COMPILERS[compiler])
      const configs = Object.entries(APPS).flatMap(([app, { needs, lib, everywhere }]) => {
        const others: readonly Resolution[] = compiler === 'newest' ? ['nodenext'] : []
        const all = compiler === '5.4' ? RESOLUTIONS_5_4 : RESOLUTIONS
        return (everywhere ? all : others).map((resolution) => {
          const path = join(folder, app, `tsconfig.${resolution}.json`)
          const types = needs.includes('@types/node') ? ['node'] : []
          writeFileSync(path, JSON.stringify(configOf(resolution, lib, types)))
          return path
        })
      })
      const found = await (compiler === 'newest' ? tsc(typescript, configs) : compile(typescript, configs))
      return [...found].map(([path, text]) => (text === '' ? '' : `${path}\n${text}`)).join('')
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const configOf = (resolution: Resolution, lib: readonly string[], types: readonly string[]) => ({
  compilerOptions: {
    target: 'ES2022',
    lib,
    module: MODULES[resolution],
    moduleResolution: resolution,
    types,
    jsx: 'react-jsx',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    // TypeScript's own.
    skipDefaultLibCheck: true,
    declaration: true,
    emitDeclarationOnly: true,
    outDir: 'out',
  },
  include: ['*.ts', '*.tsx'],
})

/** In one process: parsing and checking what the apps share is most of the work. */
async function compile(typescript: string, configs: readonly string[]): Promise<Map<string, string>> {
  const { stdout } = await run(process.execPath, [join(HERE, 'compile.mjs'), typescript, ...configs], {
    maxBuffer: 64 * 1024 * 1024,
  })
  return new Map(Object.entries(JSON.parse(stdout)))
}

/** From 7 on there is only the command. */
async function tsc(typescript: string, configs: readonly string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const path of configs) {
    const options = { cwd: dirname(path), maxBuffer: 64 * 1024 * 1024 }
    const text = await run(process.execPath, [join(typescript, 'bin/tsc'), '-p', path], options).then(
      () => '',
      (error: { stdout?: string }) => error.stdout || String(error),
    )
    found.set(path, text)
  }
  return found
}
