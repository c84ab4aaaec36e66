import type { send } from '../commands/send'
import { CliError, EXIT } from '../failure'
import { checked } from '../option-parsing'
import { type Framing, unescapeDelimiter } from '../records'
import { type RoomId, toRoomId } from '../room-id'
import { type Add, examples, quietOption, roomOptions } from './parts'

type Options = Parameters<typeof send>[1]
type Typed = Omit<Options, 'room' | 'text' | 'framing'> & {
  readonly null?: boolean
  readonly delimiter?: string
  readonly file?: readonly string[]
}

export const addSend: Add = (program, io, done) => {
  const command = quietOption(roomOptions(program.command('send'), io))
    .description('send one message, or each line of standard input, and wait until all are confirmed')
    .argument('<room>', "the room's id", checked(toRoomId))
    .argument('[text...]', 'the message; absent or "-": standard input')
    .option('-r, --reply-to <message>', 'answer this message: its id, or its seq in the room')
    .option('-0, --null', 'messages of standard input end with NUL, as `git log -z` writes them')
    .option(
      '-d, --delimiter <text>',
      'messages of standard input end with this; \\n, \\t, \\0, \\xHH are understood',
    )
    .option(
      '-f, --file <path>',
      'send this file; again for several. The message is the caption of the first',
      (path, all: string[] = []) => [...all, path],
    )
    .option('--file-outbox <folder>', 'keep what is unsent in this folder, and send it on the next run')
    .action(async (room: RoomId, words: string[], typed: Typed) => {
      const text = textOf(words)
      if (typed.file) {
        const { sendFiles } = await import('../commands/send-files')
        return done(await sendFiles(io, { ...typed, room, files: typed.file, caption: text ?? '' }))
      }
      const { send } = await import('../commands/send')
      done(
        await send(io, {
          ...typed,
          room,
          framing: framingOf(typed),
          ...(text === undefined ? {} : { text }),
        }),
      )
    })
  examples(
    command,
    'roomful send general "the build is green"',
    'roomful send general --reply-to 42 "fixed"',
    'roomful send general --as build-bot < report.txt',
    'roomful send general --file report.pdf --file chart.png "the report"',
    'git log -z --format=%B | roomful send general --null --file-outbox ./outbox',
  )
}

/** Undefined: standard input is read. An empty text was meant as one, often by an empty variable of a script. */
function textOf(words: readonly string[]): string | undefined {
  const text = words.join(' ')
  if (words.length === 0 || text === '-') return undefined
  if (text.trim() !== '') return text
  const advice = 'type the text, or leave it out to read standard input'
  throw new CliError('INVALID_CONTENT', 'the message is empty', advice, EXIT.usage)
}

function framingOf(typed: { readonly null?: boolean; readonly delimiter?: string }): Framing {
  if (typed.null) return { kind: 'delimited', delimiter: '\0' }
  if (typed.delimiter === undefined) return { kind: 'lines' }
  return { kind: 'delimited', delimiter: unescapeDelimiter(typed.delimiter) }
}
