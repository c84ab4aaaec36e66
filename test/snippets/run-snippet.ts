import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import ts from 'typescript'
import type { Snippet } from './find-snippets'
import { implicitImports } from './implicit-imports'

type Values = Readonly<Record<string, unknown>>

export type RunOptions = {
  /** What the snippet leaves to its reader, visible to it as if the app had it. */
  readonly yours?: Values
  /** Replacements for text in the snippet, such as an address, in this run. Each text must occur. */
  readonly instead?: Readonly<Record<string, string>>
}

/** Where Node finds the built packages. */
const FOLDER = resolve('node_modules/.cache/snippets')
let runs = 0

declare global {
  var yoursOfSnippets: Map<number, Values>
}
globalThis.yoursOfSnippets ??= new Map()

/**
 * Writes the snippet into a file, without its types and otherwise unchanged, and runs it in Node. Returns its top-level
 * declarations, once it has run to its end.
 */
export async function runSnippet(snippet: Snippet, options: RunOptions = {}): Promise<Values> {
  const { yours = {}, instead = {} } = options
  const id = ++runs
  let code = snippet.code
  for (const [text, other] of Object.entries(instead)) {
    if (!code.includes(text)) throw new Error(`${snippet.file}:${snippet.line} has no ${text} any more`)
    code = code.replaceAll(text, other)
  }
  const imports = implicitImports(snippet)
    .filter(({ name, isType }) => !isType && !(name in yours))
    .map(({ name, from }) => `import { ${name} } from '${from}'`)
  const lines = [
    ...imports,
    `const { ${Object.keys(yours).join(', ')} } = globalThis.yoursOfSnippets.get(${id})`,
    javaScriptOf(code),
    `export { ${declaredIn(code).join(', ')} }`,
  ]
  mkdirSync(FOLDER, { recursive: true })
  const file = `${FOLDER}/${process.pid}-${id}.mjs`
  writeFileSync(file, lines.join('\n'))
  globalThis.yoursOfSnippets.set(id, yours)
  try {
    return await import(/* @vite-ignore */ pathToFileURL(file).href)
  } finally {
    globalThis.yoursOfSnippets.delete(id)
    rmSync(file)
  }
}

/** Names at the top level that it does not export itself. */
function declaredIn(code: string): string[] {
  return [...code.matchAll(/^(?:const|let|(?:async )?function) (?:(\w+)|\{ (.*?) \})/gm)].flatMap(
    ({ 1: name, 2: names = '' }) => (name === undefined ? names.split(', ').map(boundTo) : [name]),
  )
}

/** `key: name = value` in a pattern declares `name`. */
const boundTo = (part: string): string => part.replace(/^.*: /, '').replace(/ = .*$/, '')

function javaScriptOf(code: string): string {
  const { ESNext } = ts.ScriptTarget
  return ts.transpileModule(code, {
    compilerOptions: {
      target: ESNext,
      module: ts.ModuleKind.ESNext,
      jsx: ts.JsxEmit.ReactJSX,
      verbatimModuleSyntax: true,
    },
    fileName: 'snippet.tsx',
  }).outputText
}

/** Why this Node, which may be the oldest supported one, cannot parse the snippet; undefined if it can. */
export function syntaxError({ file, line, code }: Snippet): string | undefined {
  // A script has no imports and exports, and `await` only in functions.
  const body = javaScriptOf(code)
    .replace(/^import .*$/gm, '')
    .replace(/^export (default |\{.*\};?)?/gm, '')
  try {
    new Script(`async () => {${body}\n}`)
    return undefined
  } catch (error) {
    return `${file}:${line} ${String(error)}`
  }
}
