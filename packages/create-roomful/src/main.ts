import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { askAndCreate } from './ask'
import { CreateError } from './create-app'
import { TEMPLATES } from './templates'

const HELP = `Usage: npm create roomful [folder] -- [--template <name>]

Templates:
${Object.entries(TEMPLATES)
  .map(([name, text]) => `  ${name.padEnd(8)}${text}`)
  .join('\n')}

Examples:
  npm create roomful
  npm create roomful my-chat -- --template react
`

process.exitCode = await run(process.argv.slice(2))

async function run(argv: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { template: { type: 'string', short: 't' }, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help) {
      process.stdout.write(HELP)
      return 0
    }
    const { stdin, stdout } = process
    const made = await askAndCreate({ folder: positionals[0], template: values.template, stdin, stdout })
    if (!made) return 130
    const here = relative(process.cwd(), made.folder) || '.'
    stdout.write(
      `${made.name} is in ${here}. Next, each npm run in a terminal of its own:\n\n  cd ${here}\n${made.next.map((line) => `  ${line}\n`).join('')}`,
    )
    return 0
  } catch (error) {
    if (!(error instanceof CreateError || error instanceof TypeError)) throw error
    process.stderr.write(`create-roomful: ${error.message}\n`)
    return error instanceof CreateError ? 1 : 2
  }
}
