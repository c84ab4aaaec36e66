// node compile.mjs <folder of typescript> <tsconfig.json> …: as `tsc -p` for each, in one process, so that shared files
// are parsed once. Prints the errors by config, as JSON.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const [folder = '', ...configs] = process.argv.slice(2)
/** @type {typeof import('typescript')} */
const ts = createRequire(pathToFileURL(join(folder, 'package.json')).href)('typescript')

/**
 * Third-party declarations are checked once, in the first program that has them: valibot's alone take longer than
 * everything else.
 * @type {Set<string>}
 */
const checked = new Set()

/** By parse mode, which depends on the program's options. @type {Map<string, import('typescript').SourceFile | undefined>} */
const sources = new Map()

/** @param {string} file */
const isOfOthers = (file) => /\/\.pnpm\/(?!@?roomful)|\/typescript\//.test(file)

/** @param {string} path */
function check(path) {
  const { config } = ts.readConfigFile(path, ts.sys.readFile)
  const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path))
  const host = ts.createCompilerHost(options)
  const read = host.getSourceFile
  host.getSourceFile = (name, how, ...rest) => {
    const key = JSON.stringify([name, options.module, typeof how === 'object' ? how.impliedNodeFormat : how])
    if (!sources.has(key)) sources.set(key, read(name, how, ...rest))
    return sources.get(key)
  }
  const program = ts.createProgram({ rootNames: fileNames, options, host })
  const found = [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program
      .getSourceFiles()
      .filter(({ fileName }) => !isOfOthers(fileName) || (!checked.has(fileName) && checked.add(fileName)))
      .flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ...program.getDeclarationDiagnostics(),
  ]
  return ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(found), {
    getCanonicalFileName: String,
    getCurrentDirectory: () => dirname(path),
    getNewLine: () => '\n',
  })
}

process.stdout.write(JSON.stringify(Object.fromEntries(configs.map((path) => [path, check(path)]))))
