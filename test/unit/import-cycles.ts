import { dirname, join } from 'node:path'
import ts from 'typescript'

/** Path → text. */
type Sources = ReadonlyMap<string, string>

/**
 * Groups of files that import each other, directly or through others. Type imports count if `withTypes` is set: they
 * load nothing, but two files whose types need each other cannot be read one after the other.
 */
export function importCycles(sources: Sources, withTypes = false): string[][] {
  const imports = new Map(
    [...sources].map(([path, text]) => [path, importedBy(path, text, sources, withTypes)]),
  )
  return connected(imports).filter((group) => group.length > 1)
}

function importedBy(path: string, text: string, sources: Sources, withTypes: boolean): string[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  return source.statements.flatMap((node) => {
    const isImport = ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
    if (!isImport || !node.moduleSpecifier || !ts.isStringLiteral(node.moduleSpecifier)) return []
    if (!withTypes && isOfTypesOnly(node)) return []
    const { text: name } = node.moduleSpecifier
    if (!name.startsWith('.')) return []
    const target = join(dirname(path), name)
    return [`${target}.ts`, `${target}.tsx`, `${target}/index.ts`].filter((file) => sources.has(file))
  })
}

function isOfTypesOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  const { importClause } = node
  if (importClause === undefined) return false
  const names = importClause.namedBindings
  const allTypes = names && ts.isNamedImports(names) && names.elements.every((name) => name.isTypeOnly)
  return importClause.isTypeOnly || (importClause.name === undefined && allTypes === true)
}

/** Strongly connected components (Tarjan). */
function connected(edges: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const groups: string[][] = []
  const visit = (node: string): void => {
    order.set(node, order.size)
    lowest.set(node, order.size - 1)
    open.push(node)
    for (const next of edges.get(node) ?? []) {
      if (!order.has(next)) visit(next)
      if (open.includes(next)) lowest.set(node, Math.min(lowest.get(node) ?? 0, lowest.get(next) ?? 0))
    }
    if (lowest.get(node) === order.get(node)) groups.push(open.splice(open.indexOf(node)))
  }
  for (const node of edges.keys()) if (!order.has(node)) visit(node)
  return groups
}
