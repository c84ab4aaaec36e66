import { Option } from 'commander'
import { isColoured } from '../colours'
import type { tail } from '../commands/tail'
import type { Io } from '../io'
import type { MessageFormat } from '../message-format'
import { checked } from '../option-parsing'
import { type RoomId, toRoomId } from '../room-id'
import { parseSince } from '../since'
import { type Add, examples, natural, roomOptions } from './parts'

type Typed = Omit<Parameters<typeof tail>[1], 'room' | 'format'> & FormatFlags
type FormatFlags = {
  readonly json?: boolean | undefined
  readonly raw?: boolean | undefined
  readonly null?: boolean | undefined
}

export const addTail: Add = (program, io, done) => {
  const command = roomOptions(program.command('tail'), io)
    .description("print a room's messages, and go on with those that come")
    .argument('<room>', "the room's id", checked(toRoomId))
    .addOption(
      new Option(
        '-s, --since <when>',
        'begin after this seq, or this time: 5m, 2h, 7d ago, or 2026-01-31T08:00:00Z',
      ).argParser(checked(parseSince)),
    )
    .addOption(natural('-n, --last <count>', 'begin so many messages before the end').conflicts('since'))
    .option('-f, --follow', 'go on until Ctrl+C (the default)')
    .option('--no-follow', 'end at the end; begins at the start by default')
    .option('--raw', 'only what was written, a newline after each')
    .option('-0, --null', 'only what was written, a NUL after each: byte for byte')
    .action(async (room: RoomId, typed: Typed) => {
      const { tail } = await import('../commands/tail')
      done(await tail(io, { ...typed, room, format: formatOf(typed, io) }))
    })
  examples(
    command,
    'roomful tail general',
    'roomful tail general --since 5m',
    'roomful tail general --no-follow --json | jq -r .content',
  )
}

function formatOf(typed: FormatFlags, io: Io): MessageFormat {
  if (typed.json) return { kind: 'json' }
  if (typed.null) return { kind: 'null', terminal: io.stdout.isTTY === true }
  if (typed.raw) return { kind: 'raw', terminal: io.stdout.isTTY === true }
  return { kind: 'text', colour: isColoured(io) }
}
