import { type Command, examplesOf, type Option } from '../../packages/cli/src/arguments/parts'
import { createProgram } from '../../packages/cli/src/program'
import { escapeTags } from './markdown'

const HEAD = `# The command line

Every command of \`roomful\` with its flags, generated from the program (\`npm run docs\`). What each is for, and how it ends, is in
the [README](../../packages/cli/README.md) of the package.

With any command: \`--help\`, and \`--no-color\` (or NO_COLOR) for text without colours.
`

/** docs/reference/cli.md, from the commands as the program declares them. */
export async function cliPage(): Promise<string> {
  const { stdin, stdout, stderr } = process
  const io = { stdin, stdout, stderr, env: {}, signal: new AbortController().signal }
  const program = await createProgram(io, () => {}, [])
  const sections = program.commands.map((command) => sectionOf(command, 'roomful', '##'))
  return `${HEAD}\n${sections.join('\n')}`
}

function sectionOf(command: Command, before: string, level: string): string {
  const name = `${before} ${command.name()}`
  const args = command.registeredArguments.map((argument) => {
    const words = argument.variadic ? `${argument.name()}...` : argument.name()
    return argument.required ? `<${words}>` : `[${words}]`
  })
  const lines = examplesOf(command)
  return [
    `${level} \`${[name, ...args].join(' ')}\`\n`,
    `${escapeTags(sentence(command.description()))}\n`,
    ...(command.name() === 'serve'
      ? ['Its flags are the [settings](configuration.md) of the server.\n']
      : []),
    ...(lines.length === 0 ? [] : [`\`\`\`sh\n${lines.join('\n')}\n\`\`\`\n`]),
    ...table(
      'argument',
      command.registeredArguments.map((one) => [one.name(), one.description]),
    ),
    ...table(
      'flag',
      command
        .createHelp()
        .visibleOptions(command)
        .filter(isOwn)
        .map((one) => [one.flags, textOf(one)]),
    ),
    ...command.commands.map((below) => sectionOf(below, name, `${level}#`)),
  ].join('\n')
}

const isOwn = ({ long }: Option): boolean => long !== '--help'

const textOf = ({ description, defaultValue, defaultValueDescription }: Option): string =>
  defaultValue === undefined || defaultValue === true || defaultValueDescription !== undefined
    ? description
    : `${description} (default: ${String(defaultValue)})`

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

function table(of: string, rows: readonly (readonly [string, string])[]): string[] {
  if (rows.length === 0) return []
  const lines = rows.map(([name, text]) => `| \`${name}\` | ${escapeTags(text).replaceAll('|', '\\|')} |`)
  return [`| ${of} | what it is |\n|---|---|\n${lines.join('\n')}\n`]
}
