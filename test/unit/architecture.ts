import { dirname, join } from 'node:path'
import ts from 'typescript'

/** One broken rule: where, and what to do about it. */
type Breach = `${string}: ${string}`

/** The direction: who may import whom. Tests may import @roomful/testing besides. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  protocol: [],
  client: ['@roomful/protocol'],
  react: ['@roomful/client'],
  server: ['@roomful/protocol'],
  bot: ['@roomful/client'],
  admin: [],
  cli: ['@roomful/client', '@roomful/server', 'create-roomful'],
  // Its templates.
  'create-roomful': ['@roomful/bot', '@roomful/client', '@roomful/react', '@roomful/server'],
  testing: ['@roomful/client', '@roomful/protocol', '@roomful/server'],
  'web-chat': ['@roomful/client', '@roomful/react'],
  page: ['@roomful/client', '@roomful/react'],
  'examples/admin': ['@roomful/admin'],
  'examples/bot': ['@roomful/bot'],
  'examples/scripts': ['@roomful/client'],
  express: ['@roomful/server'],
  'better-auth': ['@roomful/server'],
  fastify: ['@roomful/server'],
  hono: ['@roomful/server'],
  nest: ['@roomful/server'],
  next: ['@roomful/client', '@roomful/react', '@roomful/server'],
}
/** Besides its own files, its protocol and itself. */
const CORE_MAY_IMPORT: Record<string, readonly string[]> = { client: ['immer'] }
/** Time, chance, I/O: they come in with the event, or the simulator could not replay a seed. */
const IMPURE = new Set(
  'Date setTimeout setInterval setImmediate queueMicrotask performance crypto nanoid window document navigator localStorage console process fetch globalThis'.split(
    ' ',
  ),
)
const MAX_LINES = 400
/** Benchmarks, like tests, use a package from outside. */
const isTest = (path: string): boolean =>
  /\.test\.tsx?$|\/test-support\/|^packages\/[^/]+\/bench\//.test(path)

/** Every rule that one file alone can break. */
export function breaches(path: string, text: string): Breach[] {
  const found = [...checkSize(path, text), ...checkName(path)]
  if (!/\.[mc]?[jt]sx?$/.test(path)) return found
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  return [
    ...found,
    ...checkImports(path, source),
    ...checkCore(path, source),
    ...checkIndex(path, source),
    ...checkFirstLoad(path, source),
  ]
}

function checkSize(path: string, text: string): Breach[] {
  // Nobody writes or splits it: it is as long as the API has shapes.
  if (path.endsWith('/generated.ts')) return []
  const lines = text.trimEnd().split('\n').length
  return lines > MAX_LINES ? [`${path}: ${lines} lines, split it by subject (the most is ${MAX_LINES})`] : []
}

function checkName(path: string): Breach[] {
  const found: Breach[] = []
  if (/(^|\/)(utils?|helpers?|common|misc)(\.|\/)/.test(path))
    found.push(`${path}: name it after what it does`)
  if (/[A-Z]/.test(path.slice(path.lastIndexOf('/')))) found.push(`${path}: file names are kebab-case`)
  return found
}

function checkImports(path: string, source: ts.SourceFile): Breach[] {
  const [, home, dir] = /^(packages|examples)\/([^/]+)\//.exec(path) ?? []
  if (!home || !dir) return []
  const allowed = [
    // An example may have the name of a package.
    ...(MAY_IMPORT[`${home}/${dir}`] ?? MAY_IMPORT[dir] ?? []),
    ...(isTest(path) ? ['@roomful/testing', `@roomful/${dir}`] : []),
  ]
  return importsOf(source).flatMap((name): Breach[] => {
    if (name.startsWith('.')) {
      const inside = join(dirname(path), name).startsWith(`${home}/${dir}/`)
      return inside ? [] : [`${path}: reaches into another package by ${name}`]
    }
    const owner = name.startsWith('@roomful/') ? name.split('/').slice(0, 2).join('/') : name
    const internal = owner.startsWith('@roomful/') || owner === 'roomful' || owner === 'create-roomful'
    return internal && !allowed.includes(owner) ? [`${path}: ${dir} may not import ${name}`] : []
  })
}

function checkCore(path: string, source: ts.SourceFile): Breach[] {
  const [core, dir] = /^packages\/([^/]+)\/src\/(?:core|model)\//.exec(path) ?? []
  if (!core || !dir || isTest(path)) return []
  const allowed = ['@roomful/protocol', '@roomful/protocol/plain', ...(CORE_MAY_IMPORT[dir] ?? [])]
  const foreign = importsOf(source)
    .filter((name) =>
      name.startsWith('.') ? !join(dirname(path), name).startsWith(core) : !allowed.includes(name),
    )
    .map((name): Breach => `${path}: the core may not import ${name}`)
  const impure = globalsOf(source)
    .filter((name) => IMPURE.has(name) || name === 'Math.random')
    .map((name): Breach => `${path}: the core is pure, pass ${name} in`)
  return [...foreign, ...impure]
}

function checkIndex(path: string, source: ts.SourceFile): Breach[] {
  if (!/^packages\/[^/]+\/src\/(index|node)\.ts$/.test(path)) return []
  const stars = source.statements.filter((node) => ts.isExportDeclaration(node) && !node.exportClause)
  return stars.length > 0 ? [`${path}: list the exported names, \`export *\` hides what is public`] : []
}

/** What is loaded before the connection needs no schema: one such import would load them all. */
function checkFirstLoad(path: string, source: ts.SourceFile): Breach[] {
  if (!/^packages\/client\/src\/(model|engine|handles|platform)\//.test(path) || isTest(path)) return []
  const schemas = source.statements.filter(
    (node) =>
      (ts.isImportDeclaration(node) && !node.importClause?.isTypeOnly) ||
      (ts.isExportDeclaration(node) && !node.isTypeOnly),
  )
  return schemas.some((node) => importsOf(node).includes('@roomful/protocol'))
    ? [`${path}: import values from @roomful/protocol/plain, types by \`import type\``]
    : []
}

/** Specifiers of static and dynamic imports and re-exports, in the order written. */
function importsOf(source: ts.Node): string[] {
  return nodesOf(source).flatMap((node) => {
    const from =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
            ? node.argument.literal
            : undefined
    return from && ts.isStringLiteral(from) ? [from.text] : []
  })
}

/** Names read from outside the file: not properties, keys or types, nor what it declares; `Math.random` as one. */
function globalsOf(source: ts.SourceFile): string[] {
  const nodes = nodesOf(source)
  const declared = new Set(nodes.filter(declares).map((node) => node.name.getText()))
  return nodes.flatMap((node) => {
    if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return ['Math.random']
    if (!ts.isIdentifier(node) || ts.isPartOfTypeNode(node) || declared.has(node.text)) return []
    const { parent } = node
    const isName = 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent)
    return isName || (ts.isBindingElement(parent) && parent.propertyName === node) ? [] : [node.text]
  })
}

function declares(node: ts.Node): node is ts.Node & { name: ts.Node } {
  const named =
    ts.isVariableDeclaration(node) ||
    ts.isParameter(node) ||
    ts.isBindingElement(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isImportSpecifier(node)
  return named && node.name !== undefined
}

function nodesOf(root: ts.Node): ts.Node[] {
  const found: ts.Node[] = []
  const visit = (node: ts.Node): void => {
    found.push(node)
    ts.forEachChild(node, visit)
  }
  visit(root)
  return found
}
