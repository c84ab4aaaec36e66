import { existsSync } from 'node:fs'
import { publicNames } from '../unit/public-names'
import { type Snippet, textOf } from './find-snippets'

export type ImplicitImport = { readonly name: string; readonly isType: boolean; readonly from: string }

/** The packages to search for names, in this order, after a snippet's own package. */
const PACKAGES = ['client', 'react', 'server', 'bot', 'admin', 'testing', 'protocol']
const ENTRIES = ['index', 'virtual', 'node', 'plain', 'history', 'msw']

const OWN_EXPORT = /^export (?:async |abstract )?(?:(type|interface)|const|class|function\*?) (\w+)/gm
const DECLARED = /\b(?:const|let|function|class|interface|type) (\w+)/g

/**
 * The imports that a reader assumes: an example, and a fence without imports, leaves out the imports of Roomful's
 * names. An example has those of its own file too. A snippet with an import must import everything it uses.
 */
export function implicitImports({ kind, file, code }: Snippet): ImplicitImport[] {
  if (/^import /m.test(code)) return []
  const used = new Set(code.match(/[A-Za-z_$][\w$]*/g))
  for (const { 1: name = '' } of code.matchAll(DECLARED)) used.delete(name)
  const found: ImplicitImport[] = []
  const own = PACKAGES.filter((name) => file.startsWith(`packages/${name}/`))
  const inside = kind === 'example' ? namesOf(file) : []
  for (const one of [...publicNamesOf(own), ...inside, ...publicNamesOf(PACKAGES)])
    if (used.delete(one.name)) found.push(one)
  return found
}

function namesOf(file: string): ImplicitImport[] {
  const from = `./${file.replace(/\.tsx?$/, '')}`
  return [...textOf(file).matchAll(OWN_EXPORT)].map(({ 1: type, 2: name = '' }) => ({
    ...{ name, from },
    isType: type !== undefined,
  }))
}

function publicNamesOf(packages: readonly string[]): ImplicitImport[] {
  return packages.flatMap((dir) =>
    ENTRIES.flatMap((entry) => {
      const path = `packages/${dir}/src/${entry}.ts`
      const from = `@roomful/${dir}${entry === 'index' ? '' : `/${entry}`}`
      if (!existsSync(path)) return []
      return publicNames(path).map(({ name, kind }) => ({ name, from, isType: kind === 'type' }))
    }),
  )
}
