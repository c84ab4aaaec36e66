import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import type { Packed } from './pack'

/** Generated code for a test app: the app has the package that the code uses. */
const PORTS = new Set(['ChatPorts', 'LocalStore', 'NodeParts'])

/** An entry point of a package, such as `@roomful/client/node`. */
export type Entry = {
  readonly specifier: string
  readonly package: string
  readonly declarations: string
}

export type Probe = Entry & {
  /** The names that exist at run time, according to its declarations. */
  readonly values: readonly string[]
  readonly text: string
}

/**
 * Code that makes TypeScript infer a type from every export of these packages and from every property of each, and so
 * emit it into an app's declarations. It contains everything that an app may ever have to name.
 */
export function probes(packages: readonly Packed[]): Probe[] {
  const entries = packages.flatMap(entriesOf)
  const program = ts.createProgram(
    entries.map(({ declarations }) => declarations),
    {
      lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
      types: [],
      strict: true,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      module: ts.ModuleKind.ESNext,
    },
  )
  return entries.map((entry) => probe(program, entry))
}

function entriesOf({ name, home }: Packed): Entry[] {
  const { exports } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))
  return Object.entries<{ types?: string }>(exports).flatMap(([path, { types }]) =>
    types === undefined
      ? []
      : [{ specifier: name + path.slice(1), package: name, declarations: join(home, types) }],
  )
}

function probe(program: ts.Program, entry: Entry): Probe {
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(entry.declarations)
  const module = source && checker.getSymbolAtLocation(source)
  if (!module) throw new Error(`${entry.declarations} is no module`)
  const values: string[] = []
  const lines = [`import * as own from '${entry.specifier}'`]
  for (const exported of checker.getExportsOfModule(module)) {
    const { name } = exported
    const target = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
    if (target.flags & ts.SymbolFlags.Value && !isTypeOnly(exported)) {
      values.push(name)
      lines.push(`export const ${name} = own.${name}`)
    }
    if (target.flags & ts.SymbolFlags.Type && !isGeneric(target)) {
      lines.push(`export const of_${name} = (it: own.${name}) => it`)
      for (const property of propertiesOf(checker, target))
        lines.push(`export const of_${name}_${property} = (it: own.${name}) => it.${property}`)
    }
  }
  return { ...entry, values, text: `${lines.join('\n')}\n` }
}

function isTypeOnly(exported: ts.Symbol): boolean {
  return (exported.declarations ?? []).some(
    (node) => ts.isExportSpecifier(node) && (node.isTypeOnly || node.parent.parent.isTypeOnly),
  )
}

function isGeneric(symbol: ts.Symbol): boolean {
  return (symbol.declarations ?? []).some(
    (node) =>
      (ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isClassDeclaration(node)) &&
      node.typeParameters?.some((parameter) => parameter.default === undefined),
  )
}

/** Of an object; of a union the common ones. */
function propertiesOf(checker: ts.TypeChecker, symbol: ts.Symbol): string[] {
  const type = checker.getDeclaredTypeOfSymbol(symbol)
  if (PORTS.has(symbol.name)) return []
  const parts = type.isUnion() ? type.types : [type]
  // The members of lists and tuples are the language's, and differ if the app has another `lib`.
  if (parts.some((part) => checker.isArrayType(part) || checker.isTupleType(part))) return []
  const isObject = (part: ts.Type): boolean =>
    part.isIntersection() ? part.types.every(isObject) : (part.flags & ts.TypeFlags.Object) !== 0
  if (!parts.every(isObject)) return []
  return checker
    .getPropertiesOfType(type)
    .filter(
      (property) =>
        (ts.getCombinedModifierFlags(property.valueDeclaration ?? ({} as ts.Declaration)) &
          ts.ModifierFlags.Private) ===
        0,
    )
    .map((property) => property.name)
    .filter((name) => /^[A-Za-z_]\w*$/.test(name) && !name.startsWith('__@'))
}
