import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import ts from 'typescript'

/** The schemas of the server API are one constant of 130,000 characters: of what is longer than this, a hash. */
const READABLE_CHARACTERS = 10_000

/** All entry points in one program: most of the time goes into the libraries that they share. */
export function programOf(declarations: readonly string[]): ts.Program {
  return ts.createProgram(declarations, {
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    types: ['node'],
    strict: true,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    jsx: ts.JsxEmit.ReactJSX,
  })
}

/**
 * What an entry point promises: the declaration of each of its names, and of each type of its package that those need,
 * without comments, in alphabetical order. The same text as long as an app sees no difference.
 */
export function publicTypes(program: ts.Program, declarations: string): string {
  const dist = dirname(resolve(declarations))
  const checker = program.getTypeChecker()
  const printer = ts.createPrinter({ removeComments: true })
  const source = program.getSourceFile(declarations)
  const entry = source && checker.getSymbolAtLocation(source)
  if (entry === undefined) throw new Error(`${declarations} exports nothing`)

  const target = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  /** Its statements in this package; none if it is another package's. */
  const statementsOf = (symbol: ts.Symbol): ts.Statement[] =>
    (symbol.declarations ?? []).flatMap((declaration) => {
      const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
      const isOwn = resolve(declaration.getSourceFile().fileName).startsWith(`${dist}/`)
      return isOwn && ts.isStatement(statement) && ts.isSourceFile(statement.parent) ? [statement] : []
    })

  const found = new Map<ts.Symbol, string[]>()
  const needed = (symbol: ts.Symbol): void => {
    if (found.has(symbol)) return
    const statements = statementsOf(symbol)
    if (statements.length === 0) return
    found.set(
      symbol,
      statements.map((one) => printer.printNode(ts.EmitHint.Unspecified, one, one.getSourceFile())),
    )
    const visit = (node: ts.Node): void => {
      const used = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined
      if (used) needed(target(used))
      ts.forEachChild(node, visit)
    }
    statements.forEach(visit)
  }

  const names = checker.getExportsOfModule(entry).map((symbol) => {
    needed(target(symbol))
    const own = target(symbol).name
    const isOwn = found.has(target(symbol))
    return `${symbol.name}${isOwn ? (own === symbol.name ? '' : ` = ${own}`) : ' of another package'}\n`
  })
  const texts = [...found.values()].flat().map((text) => `${shortened(text.replace(/^export /, ''))}\n`)
  return [...names.sort(), '\n', ...texts.sort()].join('')
}

function shortened(text: string): string {
  if (text.length <= READABLE_CHARACTERS) return text
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  return `${text.slice(0, text.indexOf('\n'))} … } // ${hash}`
}
