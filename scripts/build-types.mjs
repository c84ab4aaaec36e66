import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import ts from 'typescript'
import { hasCommonJs } from './manifests.mjs'

const OUT = '.cache/types'

/**
 * Declarations of all packages: each emits them file by file, then each entry point is bundled into one file, for
 * `node16` resolution finds no extensionless neighbours. tsup's own `dts` parses everything again for each package.
 * @param {Record<string, string[]>} entries source files by package
 */
export async function buildTypes(entries) {
  emit(entries)
  for (const [dir, files] of Object.entries(entries)) {
    const dist = `packages/${dir}/dist`
    for (const old of readdirSync(dist)) if (/\.d\.c?ts$/.test(old)) rmSync(`${dist}/${old}`)
    const bundle = await rollup({
      input: Object.fromEntries(
        files.map((file) => [basename(file, '.ts'), `${OUT}/${file.replace(/\.ts$/, '.d.ts')}`]),
      ),
      external: (id) => !/^[./]/.test(id),
      plugins: [dts({ tsconfig: '', compilerOptions: { noLib: true, types: [] } }), keepTypeOnly(files)],
    })
    await bundle.write({ dir: dist, entryFileNames: '[name].d.ts', chunkFileNames: '[name]-[hash].d.ts' })
    await bundle.close()
    if (hasCommonJs(dir)) copyForCommonJs(dist)
  }
}

/** The same declarations beside the CommonJS files: by its extension, TypeScript takes a `.d.ts` for an ES module. @param {string} dist */
function copyForCommonJs(dist) {
  for (const file of readdirSync(dist).filter((name) => name.endsWith('.d.ts'))) {
    const text = readFileSync(`${dist}/${file}`, 'utf8')
    const copy = text.replace(/(from\s+|import\()(['"])(\.\/[^'"]+)\.js\2/g, '$1$2$3.cjs$2')
    writeFileSync(`${dist}/${file.replace(/\.d\.ts$/, '.d.cts')}`, copy)
  }
}

/**
 * A program for each package, of itself and its dependencies: in one program for all, TypeScript writes names through
 * any package that exports them too, such as `import("@roomful/client").UserId` in the server.
 * @param {Record<string, string[]>} entries
 */
function emit(entries) {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, '.')
  rmSync(OUT, { recursive: true, force: true })
  /** @type {ts.CompilerOptions} */
  const emitting = {
    ...options,
    allowJs: false,
    checkJs: false,
    noEmit: false,
    incremental: false,
    declaration: true,
    // Types that only this package's own files use.
    stripInternal: true,
    emitDeclarationOnly: true,
    rootDir: '.',
    outDir: OUT,
  }
  const host = parsingOnce(ts.createCompilerHost(emitting))
  for (const [dir, files] of Object.entries(entries)) {
    const program = ts.createProgram(files, emitting, host)
    const own = program.getSourceFiles().filter(({ fileName }) => fileName.includes(`packages/${dir}/src/`))
    // `npm run types` checks the code; this step only checks that its types can be emitted.
    const diagnostics = own.flatMap((file) => program.emit(file).diagnostics)
    if (diagnostics.length > 0) throw new Error(ts.formatDiagnostics(diagnostics, host))
  }
}

/** @param {ts.CompilerHost} host */
function parsingOnce(host) {
  /** @type {Map<string, ts.SourceFile | undefined>} */
  const files = new Map()
  const read = host.getSourceFile
  host.getSourceFile = (name, ...rest) => {
    if (!files.has(name)) files.set(name, read(name, ...rest))
    return files.get(name)
  }
  return host
}

/**
 * The bundler writes `export type { … }` of another package, and declared names without a value, as if they were
 * values, which an app could then import and not find.
 * @param {string[]} entries
 */
function keepTypeOnly(entries) {
  return {
    name: 'keep-type-only',
    renderChunk(/** @type {string} */ code, /** @type {{ name: string }} */ chunk) {
      const entry = entries.find((file) => basename(file, '.ts') === chunk.name)
      if (!entry) return null
      const types = typeOnly(entry)
      return code.replace(/^export \{([^}]+)\}/gm, (_, names) => {
        const marked = names
          .split(',')
          .map((/** @type {string} */ name) => name.trim())
          .map((/** @type {string} */ name) =>
            types.has(name.split(' as ').at(-1) ?? '') ? `type ${name}` : name,
          )
        return `export { ${marked.join(', ')} }`
      })
    },
  }
}

/** Names that a source file exports as types only. @param {string} path */
function typeOnly(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest)
  /** @type {Set<string>} */
  const names = new Set()
  for (const node of source.statements) {
    if (!ts.isExportDeclaration(node) || !node.exportClause || !ts.isNamedExports(node.exportClause)) continue
    for (const { isTypeOnly, name } of node.exportClause.elements)
      if (node.isTypeOnly || isTypeOnly) names.add(name.text)
  }
  return names
}
