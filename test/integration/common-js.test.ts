import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { dirname, extname, join, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { build } from '../../scripts/build.mjs'

beforeAll(() => build({ types: false }))

// This Node may `require` an ES module, so that running the files here shows nothing: Jest and older ones may not.
test.each(['protocol', 'client', 'react', 'admin'])(
  'the CommonJS of %s requires no ES module',
  async (name) => {
    const dist = resolve(`packages/${name}/dist`)
    const files = readdirSync(dist).filter((file) => file.endsWith('.cjs'))
    expect(files).not.toEqual([])
    expect(files.flatMap((file) => esModulesOf(join(dist, file)))).toEqual([])
  },
)

/** The packages that a file requires, and that are ES modules. */
function esModulesOf(file: string): string[] {
  const required = [...readFileSync(file, 'utf8').matchAll(/\brequire\("([^".][^"]*)"\)/g)]
  return required
    .map(({ 1: specifier = '' }) => specifier)
    .filter((specifier) => !specifier.startsWith('node:') && !builtinModules.includes(specifier))
    .filter((specifier) => isEsModule(createRequire(file).resolve(specifier)))
}

function isEsModule(path: string): boolean {
  if (extname(path) !== '.js') return extname(path) === '.mjs'
  for (let folder = dirname(path); ; folder = dirname(folder))
    if (existsSync(join(folder, 'package.json')))
      return /"type":\s*"module"/.test(readFileSync(join(folder, 'package.json'), 'utf8'))
}
