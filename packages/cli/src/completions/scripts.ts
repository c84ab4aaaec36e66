import type { CommandTree } from './command-tree'
import type { Shell } from './shells'

/**
 * A script that completes commands and flags, made once: it starts no program while somebody types. Every word of it is of
 * this program; descriptions are quoted all the same.
 */
export function completionScript(tree: CommandTree, shell: Shell): string {
  switch (shell) {
    case 'bash':
      return bash(tree)
    case 'zsh':
      return zsh(tree)
    case 'fish':
      return fish(tree)
  }
}

type Place = { readonly path: readonly string[]; readonly tree: CommandTree }

/** A command and all below it, each with the words that lead to it. */
const places = (tree: CommandTree, path: readonly string[] = []): Place[] => [
  { path, tree },
  ...tree.below.flatMap((below) => places(below, [...path, below.name])),
]

const wordsAt = ({ tree }: Place): string =>
  [...tree.below.map(({ name }) => name), ...tree.flags.flatMap(({ names }) => names)].join(' ')

/** Where a command has others below it, its name leads there; other words are its arguments. */
function bash(tree: CommandTree): string {
  const all = places(tree)
  const steps = all.flatMap(({ path }) => {
    const name = path.at(-1)
    return name === undefined
      ? []
      : [`      "${path.slice(0, -1).join(' ')}:${name}") at="${path.join(' ')}" ;;`]
  })
  const lists = all.map((place) => `    "${place.path.join(' ')}") words="${wordsAt(place)}" ;;`)
  return `# bash completion of roomful
_roomful() {
  local at="" word words i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$at:$word" in
${steps.join('\n')}
    esac
  done
  case "$at" in
${lists.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _roomful roomful
`
}

function zsh(tree: CommandTree): string {
  const functions = places(tree).map(({ path, tree: at }) => {
    const name = `_${['roomful', ...path].join('_').replaceAll('-', '_')}`
    const flags = at.flags.flatMap(({ names, description, takesValue }) =>
      names.map((flag) => quoted(`${flag}[${bracketed(description)}]${takesValue ? ':value:_files' : ''}`)),
    )
    if (at.below.length === 0)
      return `${name}() {\n  _arguments ${[...flags, "'*: :_files'"].join(' \\\n    ')}\n}\n`
    const below = at.below.map((one) => quoted(`${one.name}:${one.description}`))
    const cases = at.below.map((one) => `    ${one.name}) ${name}_${one.name.replaceAll('-', '_')} ;;`)
    return `${name}() {
  local line state
  _arguments -C ${[...flags, "'1: :->command'", "'*:: :->rest'"].join(' \\\n    ')}
  case $state in
  command)
    local -a commands=(${below.join(' \\\n      ')})
    _describe command commands
    ;;
  rest)
    case $line[1] in
${cases.join('\n')}
    esac
    ;;
  esac
}
`
  })
  return `#compdef roomful\n\n${functions.join('\n')}\n_roomful "$@"\n`
}

function fish(tree: CommandTree): string {
  const lines = places(tree).flatMap(({ path, tree: at }) => {
    const below = at.below.map(({ name }) => name).join(' ')
    const here = [
      ...path.map((name) => `__fish_seen_subcommand_from ${name}`),
      ...(below === '' ? [] : [`not __fish_seen_subcommand_from ${below}`]),
    ].join('; and ')
    const begin = `complete -c roomful -n ${quotedForFish(here)}`
    return [
      ...at.below.map((one) => `${begin} -f -a ${one.name} -d ${quotedForFish(one.description)}`),
      ...at.flags.map(({ names, description, takesValue }) => {
        const flags = names.map((name) =>
          name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
        )
        return `${begin} ${flags.join(' ')}${takesValue ? ' -r' : ''} -d ${quotedForFish(description)}`
      }),
    ]
  })
  return `# fish completion of roomful\n${lines.join('\n')}\n`
}

/** Between single quotes, which the text then has none of. In zsh a backslash is one there, in fish it is written twice. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`
const quotedForFish = (text: string): string => quoted(text.replaceAll('\\', '\\\\'))

/** In zsh's specifications brackets and colons have a meaning. */
const bracketed = (text: string): string => text.replace(/[[\]:]/g, (char) => `\\${char}`)
