import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import ts from 'typescript'
import type { Snippet } from './find-snippets'
import { implicitImports } from './implicit-imports'

/** What a snippet leaves to its reader, such as `getToken`. */
const YOURS = resolve('test/snippets/yours.d.ts')

type Sources = Map<string, ts.SourceFile | undefined>

/**
 * Type-checks each snippet as a separate module, as strictly as the sources, and returns the errors with their places.
 * All of them are one program; one that registers kinds of messages, which changes the types of all others, has its
 * own.
 */
export async function typeErrors(snippets: readonly Snippet[]): Promise<string[]> {
  const registers = snippets.filter(({ code }) => code.includes('declare module'))
  const others = snippets.filter((snippet) => !registers.includes(snippet))
  const options = compilerOptions()
  const sources: Sources = new Map()
  const found: string[] = []
  for (const group of [others, ...registers.map((one) => [one])])
    for await (const problem of check(group, options, sources)) found.push(problem)
  return found
}

async function* check(
  snippets: readonly Snippet[],
  options: ts.CompilerOptions,
  sources: Sources,
): AsyncGenerator<string> {
  // As if they were in the repository's folder, where the packages are found.
  const modules = new Map(snippets.map((snippet) => [resolve(nameOf(snippet)), snippet]))
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => modules.has(path) || fileExists(path)
  host.readFile = (path) => {
    const snippet = modules.get(path)
    return snippet ? moduleOf(snippet) : readFile(path)
  }
  host.getSourceFile = (path, ...rest) => {
    if (modules.has(path)) return getSourceFile(path, ...rest)
    if (!sources.has(path)) sources.set(path, getSourceFile(path, ...rest))
    return sources.get(path)
  }
  const program = ts.createProgram({ rootNames: [...modules.keys(), YOURS], options, host })
  for (const [path, snippet] of modules) {
    // The test runner waits for a sign of life.
    await setImmediate()
    const file = program.getSourceFile(path)
    if (!file) throw new Error(`${path} was not read`)
    for (const found of [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]) {
      const { line } = ts.getLineAndCharacterOfPosition(file, found.start ?? 0)
      const text = ts.flattenDiagnosticMessageText(found.messageText, '\n')
      yield `${snippet.file}:${snippet.line + line - 1} ${text}`
    }
  }
}

const nameOf = ({ file, line, language }: Snippet): string =>
  `snippet-${file.replace(/\W+/g, '-')}-${line}.${language}`

/** The snippet begins on the second line. */
function moduleOf(snippet: Snippet): string {
  const imports = implicitImports(snippet).map(
    ({ name, isType, from }) => `import { ${isType ? 'type ' : ''}${name} } from '${from}';`,
  )
  return `${imports.join('')} export {}\n${snippet.code}`
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  // The snippets are the only input.
  const host = { ...ts.sys, readDirectory: () => [] }
  const { tsBuildInfoFile: _, ...options } = ts.parseJsonConfigFileContent(
    config,
    host,
    process.cwd(),
  ).options
  return { ...options, incremental: false }
}
