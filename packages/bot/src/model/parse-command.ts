/** A message that calls a command, parsed. */
export type CommandCall = {
  readonly name: string
  /** Words, or texts in double quotes. */
  readonly args: readonly string[]
  /** Everything after the name, as it was typed. */
  readonly rest: string
}

const WORDS = /"([^"]*)"|(\S+)/g

/**
 * `/roll 2 "big ones"` is `roll` with two arguments. Undefined if it is not a command.
 *
 * @example
 * parseCommand('/roll 2', '/') // { name: 'roll', args: ['2'], rest: '2' }
 */
export function parseCommand(content: string, prefix: string): CommandCall | undefined {
  if (!content.startsWith(prefix)) return undefined
  const [, name, rest = ''] = /^([\p{L}\p{N}_-]+)(?:\s+([\s\S]*))?$/u.exec(content.slice(prefix.length)) ?? []
  if (name === undefined) return undefined
  return { name: name.toLowerCase(), args: wordsOf(rest), rest: rest.trim() }
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(WORDS)].map(([, quoted, word]) => quoted ?? word ?? '')
}

/**
 * The words of a call for so many arguments: the last argument takes all that is left, as it was typed. A missing one is
 * undefined.
 */
export function argumentsOf({ rest, args }: CommandCall, count: number): readonly (string | undefined)[] {
  if (count === 0) return []
  const words = [...rest.matchAll(WORDS)]
  const last = words[count - 1]
  const tail = words.length > count && last ? rest.slice(last.index) : args[count - 1]
  return [...Array.from({ length: count - 1 }, (_, i) => args[i]), tail]
}

/** One line of `/help`. `usage`: the arguments, such as `<count> [title]`. */
export type HelpEntry = { readonly name: string; readonly description: string; readonly usage: string }

/** The answer to `/help`: made from the commands themselves, so it cannot be out of date. */
export function helpText(commands: Iterable<HelpEntry>, prefix: string): string {
  return [...commands]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, usage, description }) => {
      const call = `${prefix}${name}${usage === '' ? '' : ` ${usage}`}`
      return description === '' ? call : `${call} – ${description}`
    })
    .join('\n')
}
