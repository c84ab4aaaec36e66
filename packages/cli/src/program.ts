import { fileStore } from '@roomful/client/node'
import { Command, CommanderError, Option } from 'commander'
import { addApiKey } from './api-key-options'
import { rooms } from './commands/rooms'
import { send } from './commands/send'
import { tail } from './commands/tail'
import { addDatabase } from './database-options'
import { addDoctor } from './doctor-options'
import { parseNatural, parseSeconds } from './duration'
import { EXIT, report, toCliError } from './failure'
import type { Io } from './io'
import type { MessageFormat } from './message-format'
import { checked, parseUrl } from './option-parsing'
import { type Framing, unescapeDelimiter } from './records'
import { type RoomId, toRoomId } from './room-id'
import { VERSION } from './version'
import { addWebhooks } from './webhooks-options'

/** Runs one command line, without the program's name, and returns its exit code. Never throws, never exits. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT.ok
  const done = (code: number): void => {
    exitCode = code
  }
  try {
    const program = createProgram(io, done)
    await addServe(program, io, done, argv.includes('serve'))
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const failure = toCliError(error)
    // After Ctrl+C the user knows that it was interrupted.
    if (failure.exitCode !== EXIT.interrupted) report(io, failure, argv.includes('--json'))
    return failure.exitCode
  }
}

function createProgram(io: Io, done: (exitCode: number) => void): Command {
  const program = new Command('roomful')
    .description('Chat rooms: a server, and a client for scripts and terminals')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'roomful: USAGE: ')),
    })
    .showHelpAfterError('(see `roomful help`)')
  addToken(program, io, done)
  addSend(program, io, done)
  addTail(program, io, done)
  addRooms(program, io, done)
  addPins(program, io, done)
  addInvitations(program, io, done)
  addExport(program, io, done)
  addDatabase(program, io, done)
  addApiKey(program, io, done)
  addWebhooks(program, io, done)
  addDoctor(program, io, done)
  return program
}

/** Only the commands that need the server load it: it would double the start time of a `send`. */
async function addServe(
  program: Command,
  io: Io,
  done: (exitCode: number) => void,
  isWanted: boolean,
): Promise<void> {
  const command = program.command('serve').description('run the server')
  if (isWanted) (await import('./commands/serve-options')).addServeOptions(command, io, done)
}

function addToken(program: Command, io: Io, done: (exitCode: number) => void): void {
  program
    .command('token')
    .description('sign a token (HS256) with the secret of a server')
    .requiredOption('--user <id>', "the user's id")
    .option('--name <name>', 'the name that others see (default: the id)')
    .option('--admin', 'a moderator of the whole server')
    .addOption(new Option('--expires <time>', 'such as 90s, 12h, 30d').argParser(checked(parseSeconds)))
    .option('--issuer <text>', 'the iss, for a server with --issuer (ROOMFUL_ISSUER)')
    .option('--audience <text>', 'the aud, for a server with --audience (ROOMFUL_AUDIENCE)')
    .option('--jwt-secret <secret>', 'the secret (ROOMFUL_JWT_SECRET)')
    .option('--jwt-secret-file <file>', 'file that holds it (ROOMFUL_JWT_SECRET_FILE)')
    .option('--database <url>', 'whose kept secret to use where none is given (ROOMFUL_DATABASE)')
    .action(async (typed) => {
      const { token } = await import('./commands/token')
      done(await token(io, typed))
    })
}

function addSend(program: Command, io: Io, done: (exitCode: number) => void): void {
  connectOptions(program.command('send'), io)
    .description('send one message, or each line of standard input, and wait until all are confirmed')
    .argument('<room>', "the room's id", checked(toRoomId))
    .argument('[text...]', 'the message; absent or "-": standard input')
    .option('-0, --null', 'messages of standard input end with NUL, as `git log -z` writes them')
    .option(
      '-d, --delimiter <text>',
      'messages of standard input end with this; \\n, \\t, \\0, \\xHH are understood',
    )
    .option('--file-outbox <folder>', 'keep what is unsent in this folder, and send it on the next run')
    .action(async (room: RoomId, words: string[], typed) => {
      const text = words.join(' ')
      done(
        await send(io, {
          ...typed,
          room,
          join: typed.join ?? false,
          json: typed.json ?? false,
          framing: framingOf(typed),
          ...(text === '' || text === '-' ? {} : { text }),
          ...(typed.fileOutbox === undefined ? {} : { storage: fileStore(typed.fileOutbox) }),
        }),
      )
    })
}

function addTail(program: Command, io: Io, done: (exitCode: number) => void): void {
  connectOptions(program.command('tail'), io)
    .description("print a room's messages, and go on with those that come")
    .argument('<room>', "the room's id", checked(toRoomId))
    .addOption(number('--since <seq>', 'begin after this seq'))
    .addOption(number('-n, --last <count>', 'begin so many messages before the end').conflicts('since'))
    .option('-f, --follow', 'go on until Ctrl+C (the default)')
    .option('--no-follow', 'end at the end; begins at the start by default')
    .option('--raw', 'only what was written, a newline after each')
    .option('-0, --null', 'only what was written, a NUL after each: byte for byte')
    .action(async (room: RoomId, typed) => {
      const format = formatOf(typed, io)
      done(
        await tail(io, { ...typed, room, join: typed.join ?? false, follow: typed.follow ?? true, format }),
      )
    })
}

function addRooms(program: Command, io: Io, done: (exitCode: number) => void): void {
  connectOptions(program.command('rooms'), io)
    .description('list your rooms')
    .option('--public', 'list the rooms that anyone may join')
    .option('--query <text>', 'with --public: a part of the name')
    .action(async (typed) => {
      done(await rooms(io, { ...typed, public: typed.public ?? false, json: typed.json ?? false }))
    })
}

function addPins(program: Command, io: Io, done: (exitCode: number) => void): void {
  connectOptions(program.command('pins'), io)
    .description("list a room's pinned messages, or pin one")
    .argument('<room>', "the room's id", checked(toRoomId))
    .option('--pin <message>', 'pin the message with this id')
    .option('--unpin <message>', 'take its pin away')
    .action(async (room: RoomId, typed) => {
      const { pins } = await import('./commands/pins')
      done(await pins(io, { ...typed, room, join: typed.join ?? false, json: typed.json ?? false }))
    })
}

function addInvitations(program: Command, io: Io, done: (exitCode: number) => void): void {
  connectOptions(program.command('invitations'), io)
    .description('list the rooms that others want you in, or answer one of them')
    .option('--accept <room>', 'join this one', checked(toRoomId))
    .addOption(
      new Option('--decline <room>', 'not this one; whoever asks does not learn of it')
        .argParser(checked(toRoomId))
        .conflicts('accept'),
    )
    .action(async (typed) => {
      const { invitations } = await import('./commands/invitations')
      done(await invitations(io, { ...typed, json: typed.json ?? false }))
    })
}

function addExport(program: Command, io: Io, done: (exitCode: number) => void): void {
  connectOptions(program.command('export'), io)
    .description('write all rows of a room as JSON lines: the room, its members, its messages')
    .argument('<room>', "the room's id", checked(toRoomId))
    .option('-o, --output <file>', 'write here; a file that is there is gone on with where it ends')
    .addOption(number('--since <seq>', 'begin after this seq').conflicts('output'))
    .option('--database <url>', 'read here, as nobody in particular, instead of from a server')
    .option('--database-url-file <file>', 'the same, from a file that holds the address')
    .option('--database-schema <name>', 'schema of its tables, on Postgres')
    .action(async (room: RoomId, typed) => {
      const { exportCommand } = await import('./commands/export')
      done(await exportCommand(io, { ...typed, room }))
    })
}

/** The options of every command that talks to a server. */
function connectOptions(command: Command, io: Io): Command {
  return command
    .addOption(
      new Option('--url <url>', "the server's address")
        .default(io.env.ROOMFUL_URL ?? 'http://localhost:3000')
        .argParser(checked(parseUrl)),
    )
    .addOption(new Option('--token <token>', 'who you are').default(io.env.ROOMFUL_TOKEN, 'ROOMFUL_TOKEN'))
    .option('--name <name>', 'without a token: come as a guest of this name')
    .addOption(
      new Option('--wait <time>', 'keep trying to reach the server for so long')
        .default(0)
        .argParser(checked(parseSeconds)),
    )
    .option('--join', 'join the public room first')
    .option('--json', 'for programs: JSON on standard output, and on standard error where it fails')
}

function number(flags: string, description: string): Option {
  return new Option(flags, description).argParser(checked(parseNatural))
}

function framingOf(typed: { null?: boolean; delimiter?: string }): Framing {
  if (typed.null) return { kind: 'delimited', delimiter: '\0' }
  if (typed.delimiter === undefined) return { kind: 'lines' }
  return { kind: 'delimited', delimiter: unescapeDelimiter(typed.delimiter) }
}

function formatOf(typed: { json?: boolean; raw?: boolean; null?: boolean }, io: Io): MessageFormat {
  if (typed.json) return { kind: 'json' }
  if (typed.null) return { kind: 'null', terminal: io.stdout.isTTY === true }
  if (typed.raw) return { kind: 'raw', terminal: io.stdout.isTTY === true }
  return { kind: 'text', colour: io.stdout.isTTY === true && !io.env.NO_COLOR }
}
