import { Command, CommanderError } from 'commander'
import { addApiKey } from './arguments/api-key'
import { addCompletions } from './arguments/completions'
import { addCreate } from './arguments/create'
import { addDatabase } from './arguments/database'
import { addDoctor } from './arguments/doctor'
import { addExport } from './arguments/export'
import { addInvitations } from './arguments/invitations'
import { addModerate } from './arguments/moderate'
import { addMove } from './arguments/move'
import { addPins } from './arguments/pins'
import { addReplay } from './arguments/replay'
import { addRooms } from './arguments/rooms'
import { addSend } from './arguments/send'
import { addServe } from './arguments/serve'
import { addTail } from './arguments/tail'
import { addToken } from './arguments/token'
import { addWebhooks } from './arguments/webhooks'
import { EXIT, report, toCliError } from './failure'
import { type Io, interruptCode } from './io'
import { isServerMissing, withoutServer } from './server-package'
import { VERSION } from './version'

const NO_COLOUR = '--no-color'

/** Runs one command line, without the program's name, and returns its exit code. Never throws, never exits. */
export async function run(typed: readonly string[], given: Io): Promise<number> {
  // Wherever it stands, as in other programs; behind `--` it is text.
  const end = typed.includes('--') ? typed.indexOf('--') : typed.length
  const argv = typed.filter((word, at) => word !== NO_COLOUR || at > end)
  const io = argv.length === typed.length ? given : { ...given, env: { ...given.env, NO_COLOR: '1' } }
  let exitCode: number = EXIT.ok
  const done = (code: number): void => {
    exitCode = code
  }
  try {
    const program = await createProgram(io, done, argv)
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    try {
      if (isServerMissing(error)) return await withoutServer(io, argv, error)
    } catch (missing) {
      return failed(io, missing, argv)
    }
    return failed(io, error, argv)
  }
}

function failed(io: Io, error: unknown, argv: readonly string[]): number {
  const failure = toCliError(error)
  // The user knows that it was interrupted. The SDK's requests end with this code too.
  if (io.signal.aborted && failure.code === 'ABORTED') return interruptCode(io.signal)
  report(io, failure, argv.includes('--json'))
  return failure.exitCode
}

/** `argv`: the settings of `serve` are loaded for a line that needs them. */
export async function createProgram(
  io: Io,
  done: (exitCode: number) => void,
  argv: readonly string[],
): Promise<Command> {
  const program = new Command('roomful')
    .description('Chat rooms: a server, and a client for scripts and terminals')
    .version(VERSION, '-V, --version')
    .option(NO_COLOUR, 'no colours, with any command (NO_COLOR)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'roomful: USAGE: ')),
    })
    .showHelpAfterError('(see `roomful help`)')
    .addHelpText('after', '\n`roomful <command> --help` has its flags and examples.')
  for (const add of [
    ...[addToken, addSend, addTail, addRooms, addPins, addInvitations, addModerate, addExport],
    ...[addDatabase, addMove, addApiKey, addWebhooks, addDoctor, addReplay, addCreate, addCompletions],
  ])
    add(program, io, done)
  await addServe(program, io, done, argv)
  return program
}
