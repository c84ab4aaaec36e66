import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/** One name that a package exports. `doc`: the comment at its declaration; undefined if there is none. */
export type PublicName = {
  readonly name: string
  readonly kind: 'type' | 'value'
  readonly file: string
  readonly doc: string | undefined
}

/** The names of an entry point, in alphabetical order. Follows re-exports to each declaration. */
export function publicNames(entry: string): PublicName[] {
  return exportsOf(entry).sort((a, b) => (a.name < b.name ? -1 : 1))
}

function exportsOf(path: string): PublicName[] {
  return parse(path).statements.flatMap((node): PublicName[] => {
    if (!ts.isExportDeclaration(node) || !node.exportClause || !ts.isNamedExports(node.exportClause))
      return []
    const from = node.moduleSpecifier
    return node.exportClause.elements.map((element) => {
      const isType = node.isTypeOnly || element.isTypeOnly
      const own = (element.propertyName ?? element.name).text
      const file = from && ts.isStringLiteral(from) ? fileOf(path, from.text) : path
      const found = file === undefined ? undefined : declarationOf(file, own)
      return {
        name: element.name.text,
        kind: isType || found?.isType ? 'type' : 'value',
        file: found?.file ?? path,
        doc: found?.doc,
      }
    })
  })
}

type Found = { readonly file: string; readonly isType: boolean; readonly doc: string | undefined }

function declarationOf(file: string, name: string): Found | undefined {
  const source = parse(file)
  for (const node of source.statements) {
    if (ts.isExportDeclaration(node) && node.exportClause && ts.isNamedExports(node.exportClause)) {
      const element = node.exportClause.elements.find((one) => one.name.text === name)
      const from = node.moduleSpecifier
      const next = element && from && ts.isStringLiteral(from) ? fileOf(file, from.text) : undefined
      if (element && next) return declarationOf(next, (element.propertyName ?? element.name).text)
    }
    const declared = ts.isVariableStatement(node) ? node.declarationList.declarations : [node]
    for (const one of declared) {
      const named = 'name' in one && one.name ? (one.name as ts.Node) : undefined
      if (!named || !ts.isIdentifier(named) || named.text !== name) continue
      const isType = ts.isInterfaceDeclaration(one) || ts.isTypeAliasDeclaration(one)
      return { file, isType, doc: docOf(node, source) }
    }
  }
  return undefined
}

function docOf(node: ts.Node, source: ts.SourceFile): string | undefined {
  const comments = ts.getLeadingCommentRanges(source.text, node.getFullStart()) ?? []
  return comments
    .map(({ pos, end }) => source.text.slice(pos, end))
    .findLast((text) => text.startsWith('/**'))
}

/** A file of this repository; undefined for an export of another package. */
function fileOf(from: string, specifier: string): string | undefined {
  const [, own, part = 'index'] = /^@roomful\/(\w+)(?:\/(\w+))?$/.exec(specifier) ?? []
  if (own) return `packages/${own}/src/${part}.ts`
  if (!specifier.startsWith('.')) return undefined
  const base = join(dirname(from), specifier)
  return [`${base}.ts`, `${base}.tsx`].find((path) => ts.sys.fileExists(path))
}

const parsed = new Map<string, ts.SourceFile>()

function parse(path: string): ts.SourceFile {
  const known = parsed.get(path)
  if (known) return known
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  parsed.set(path, source)
  return source
}
