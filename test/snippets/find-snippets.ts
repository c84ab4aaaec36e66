import { readdirSync, readFileSync } from 'node:fs'

/**
 * A piece of code that a reader may copy. `line`: of its first line in `file`, from 1. A fence is all that its reader
 * has; an example is read as part of its package.
 */
export type Snippet = {
  readonly kind: 'fence' | 'example'
  readonly file: string
  readonly line: number
  readonly language: string
  readonly code: string
}

const LANGUAGES: ReadonlySet<string> = new Set(['ts', 'tsx', 'sh', ''])

export const textOf = (file: string): string => readFileSync(file, 'utf8')
export const lineOf = (text: string, index: number): number => text.slice(0, index).split('\n').length

/** Every page of the repository and of its packages, but those that are built. */
export function pages(): string[] {
  const folders = ['packages', 'examples'].flatMap((dir) => readdirSync(dir).map((name) => `${dir}/${name}`))
  const docs = readdirSync('docs', { recursive: true, encoding: 'utf8' }).map((name) => `docs/${name}`)
  const others = ['.', ...folders].flatMap((folder) =>
    readdirSync(folder).map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  )
  return [...others, ...docs.sort()].filter(
    (path) => path.endsWith('.md') && !path.includes('/.') && !path.startsWith('docs/reference/api/'),
  )
}

/** The fences of all pages. Throws if one is not closed, or is in a language that no test checks. */
export function fences(): Snippet[] {
  return allFences().flatMap(({ name, ...fence }) => {
    if (name !== undefined) return []
    if (!LANGUAGES.has(fence.language))
      throw new Error(`${fence.file}:${fence.line}: no test looks at a fence of ${fence.language}`)
    return [fence]
  })
}

/** Fences that quote a file of the repository, which they name: ` ```nginx [deploy/nginx.conf] `. */
export function quotes(): (Snippet & { readonly quoted: string })[] {
  return allFences().flatMap(({ name, ...fence }) =>
    name !== undefined && IN_REPOSITORY.test(name) ? [{ ...fence, quoted: name }] : [],
  )
}
const IN_REPOSITORY = /^(?:deploy|examples|packages|test)\//

/** A file of an app that a page builds: ` ```js [main.js] `. The page's test writes it, and runs the app. */
export type AppFile = {
  readonly page: string
  readonly path: string
  readonly code: string
  readonly line: number
}

/** The files of the apps of all pages, in their order. */
export function appFiles(): AppFile[] {
  return allFences().flatMap(({ name, file, code, line }) =>
    name === undefined || IN_REPOSITORY.test(name) ? [] : [{ page: file, path: name, code, line }],
  )
}

/**
 * The TypeScript files of these apps. What is JavaScript in them is run by the page's test; `check-components.ts` has their
 * Vue and Svelte.
 */
export const typedAppFiles = (): Snippet[] =>
  appFiles()
    .filter(({ path }) => path.endsWith('.ts'))
    .map(({ page, code, line }) => ({ kind: 'fence', file: page, line, language: 'ts', code }))

function allFences(): (Snippet & { readonly name: string | undefined })[] {
  return pages().flatMap((file) => {
    const text = textOf(file)
    const found = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    if (text.match(/^\s*```/gm)?.length !== (found.length * 2 || undefined))
      throw new Error(`${file}: a fence is indented or not closed`)
    return found.map(({ index, 1: info = '', 2: code = '' }) => {
      const { 1: language = '', 2: name } = /^(\S*)(?: \[(.+)\])?$/.exec(info) ?? []
      return { kind: 'fence' as const, file, line: lineOf(text, index) + 1, language, code, name }
    })
  })
}

/** Every `@example` of a docstring: up to the next tag, or to the docstring's end. */
export function examples(): Snippet[] {
  return sources().flatMap((file) => {
    const text = textOf(file)
    return [...text.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap((comment) =>
      [...comment[0].matchAll(/(?<=\* )@example(?=\s)[\s*]*([\s\S]*?)\s*(?=^\s*\* @\w|\*\/)/gm)].map(
        (match): Snippet => {
          const code = match[1] ?? ''
          return {
            kind: 'example',
            file,
            line: lineOf(text, comment.index + match.index + match[0].lastIndexOf(code)),
            language: file.startsWith('packages/react/') ? 'tsx' : 'ts',
            code: `${code.replace(/^[ \t]*\*[ \t]?/gm, '')}\n`,
          }
        },
      ),
    )
  })
}

function sources(): string[] {
  return readdirSync('packages').flatMap((name) =>
    readdirSync(`packages/${name}/src`, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
      .sort()
      .map((path) => `packages/${name}/src/${path}`),
  )
}
