import { type Command, Option } from 'commander'
import { parseNatural, parseSeconds } from '../duration'
import type { Io } from '../io'
import { checked, parseUrl } from '../option-parsing'

export type { Command, Option }

/** What each command is made with: `done` takes the exit code. */
export type Add = (program: Command, io: Io, done: (exitCode: number) => void) => void

const EXAMPLES = new WeakMap<Command, readonly string[]>()

/** Lines to type, at the end of a command's help. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  EXAMPLES.set(command, lines)
  return command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  ${line}`).join('\n')}`)
}

export const examplesOf = (command: Command): readonly string[] => EXAMPLES.get(command) ?? []

/** The options of every command that talks to a server. */
export function connectOptions(command: Command, io: Io): Command {
  return command
    .addOption(urlOption(io))
    .addOption(new Option('--token <token>', 'who you are').default(io.env.ROOMFUL_TOKEN, 'ROOMFUL_TOKEN'))
    .option('--as <name>', 'without a token: the guest of this name, kept for this machine (ROOMFUL_NAME)')
    .addOption(new Option('--name <name>', 'the same').hideHelp())
    .addOption(
      new Option('--wait <time>', 'keep trying to reach the server for so long')
        .default(0)
        .argParser(checked(parseSeconds)),
    )
    .option('--json', 'for programs: JSON on standard output, and on standard error where it fails')
}

/** Also of commands in one room. */
export const roomOptions = (command: Command, io: Io): Command =>
  connectOptions(command, io).option('--join', 'join the public room first')

export const urlOption = (io: Io): Option =>
  new Option('--url <url>', "the server's address (ROOMFUL_URL)")
    .default(io.env.ROOMFUL_URL ?? 'http://localhost:3000')
    .argParser(checked(parseUrl))

export const natural = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(checked(parseNatural))

/** Of commands that show how far they are. */
export const quietOption = (command: Command): Command =>
  command.option('-q, --quiet', 'no progress on standard error')

/** Of commands on a database. */
export const databaseOptions = (command: Command): Command =>
  command
    .option('--database <url>', 'sqlite:<file> or postgres://… (ROOMFUL_DATABASE)')
    .option('--database-url-file <file>', 'file that holds it (ROOMFUL_DATABASE_URL_FILE)')
    .option('--database-schema <name>', 'schema of the tables on Postgres (ROOMFUL_DATABASE_SCHEMA)')
    .option('--json', 'for programs')
