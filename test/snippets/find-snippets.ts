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

/** Every page of the repository and of its packages. */
export function pages(): string[] {
  const folders = ['packages', 'examples'].flatMap((dir) => readdirSync(dir).map((name) => `${dir}/${name}`))
  return ['.', 'docs', ...folders].flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.md'))
      .map((name) => (folder === '.' ? name : `${folder}/${name}`)),
  )
}

/** The fences of all pages. Throws if one is not closed, or is in a language that no test checks. */
export function fences(): Snippet[] {
  return pages().flatMap((file) => {
    const text = textOf(file)
    const found = [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)]
    if (text.match(/^\s*```/gm)?.length !== (found.length * 2 || undefined))
      throw new Error(`${file}: a fence is indented or not closed`)
    return found.map(({ index, 1: language = '', 2: code = '' }): Snippet => {
      const line = lineOf(text, index) + 1
      if (!LANGUAGES.has(language))
        throw new Error(`${file}:${line}: no test looks at a fence of ${language}`)
      return { kind: 'fence', file, line, language, code }
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
