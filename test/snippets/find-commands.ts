import { fences, lineOf, pages, textOf } from './find-snippets'

/** One command that a reader may type: `words` without pipes, comments and variables before it. */
export type TypedCommand = { readonly place: string; readonly words: readonly string[] }

/** History: it may name what no longer exists. */
const isOfToday = (file: string): boolean => file !== 'CHANGELOG.md'
/** In a fence without a language only lines that begin with these are commands. */
const OURS = /^(?:npm|npx|roomful|node_modules\/\.bin\/\S+)(?: |$)/

/** Every command of a fence, and every one between backticks in the text. */
export function commands(): TypedCommand[] {
  const fenced = fences()
    .filter(({ file }) => isOfToday(file))
    .flatMap(({ file, line, language, code }) =>
      code.split('\n').flatMap((text, at) => {
        // In a fence that is no script, text about a command is beside it.
        const typed = language === 'sh' ? text.replace(/ +#.*/, '') : text.replace(/ {2,}.*/, '')
        if (language === 'sh' ? typed === '' : language !== '' || !OURS.test(typed)) return []
        return split(typed, `${file}:${line + at}`)
      }),
    )
  const inline = pages()
    .filter(isOfToday)
    .flatMap((file) => {
      const text = textOf(file)
      return [...text.matchAll(/`([^`\n]+)`/g)].flatMap(({ index, 1: typed = '' }) =>
        OURS.test(typed.replace(/^([A-Z_]+=\S+ )+/, '')) && !/^roomful$/.test(typed)
          ? split(typed, `${file}:${lineOf(text, index)}`)
          : [],
      )
    })
  return [...fenced, ...inline]
}

const split = (typed: string, place: string): TypedCommand[] =>
  typed.split(/ (?:&&|\|) /).map((one) => ({
    place,
    words: (one.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).filter((word) => !/^[A-Z_]+=/.test(word)),
  }))
