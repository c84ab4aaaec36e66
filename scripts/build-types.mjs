import { readdirSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import ts from 'typescript'

const OUT = '.cache/types'

/**
 * Declarations of all packages: one program emits them file by file, then each entry point is bundled into one
 * file, for `node16` resolution finds no extensionless neighbours. tsup's own `dts` makes a program a package.
 * @param {Record<string, string[]>} entries source files by package
 */
export async function buildTypes(entries) {
  emit(Object.values(entries).flat())
  for (const [dir, files] of Object.entries(entries)) {
    const dist = `packages/${dir}/dist`
    for (const old of readdirSync(dist)) if (old.endsWith('.d.ts')) rmSync(`${dist}/${old}`)
    const bundle = await rollup({
      input: Object.fromEntries(
        files.map((file) => [basename(file, '.ts'), `${OUT}/${file.replace(/\.ts$/, '.d.ts')}`]),
      ),
      external: (id) => !/^[./]/.test(id),
      plugins: [dts({ tsconfig: '', compilerOptions: { noLib: true, types: [] } })],
    })
    await bundle.write({ dir: dist, entryFileNames: '[name].d.ts', chunkFileNames: '[name]-[hash].d.ts' })
    await bundle.close()
  }
}

/** @param {string[]} files */
function emit(files) {
  const { config } = ts.readConfigFile('tsconfig.json', ts.sys.readFile)
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, '.')
  rmSync(OUT, { recursive: true, force: true })
  const program = ts.createProgram(files, {
    ...options,
    allowJs: false,
    checkJs: false,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: '.',
    outDir: OUT,
  })
  // Whether the code is right is asked by `npm run types`; here only whether its types can be written down.
  const { diagnostics } = program.emit()
  if (diagnostics.length === 0) return
  const host = { getCanonicalFileName: String, getCurrentDirectory: process.cwd, getNewLine: () => '\n' }
  throw new Error(ts.formatDiagnostics(diagnostics, host))
}
