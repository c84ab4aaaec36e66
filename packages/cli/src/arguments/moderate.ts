import { type Command, Option } from 'commander'
import { parseSeconds } from '../duration'
import { checked } from '../option-parsing'
import { type RoomId, toRoomId } from '../room-id'
import type { ConnectOptions } from '../with-chat'
import { type Add, connectOptions, examples, natural } from './parts'

type Typed = ConnectOptions & { readonly json?: boolean; readonly reason?: string }

/** `moderate …`: what the role of the token permits, of a room's moderators or of a server admin. */
export const addModerate: Add = (program, io, done) => {
  const group = program.command('moderate').description('reports, deletions, kicks, bans and mutes')
  examples(
    group,
    'roomful moderate reports',
    'roomful moderate mute general bob --for 1h',
    'roomful moderate ban general bob --reason "advertising, again"',
  )
  const command = (name: string, description: string, ...lines: string[]): Command =>
    examples(connectOptions(group.command(name), io).description(description), ...lines)
  const inRoom = (made: Command): Command => made.argument('<room>', "the room's id", checked(toRoomId))
  const withReason = (made: Command): Command =>
    made.option('--reason <text>', 'kept in the audit log of the room')
  const load = () => import('../commands/moderate')

  command(
    'reports',
    'the open reports of a room, oldest first; of all rooms for a server admin',
    'roomful moderate reports',
    'roomful moderate reports general --resolved --json',
  )
    .argument('[room]', "the room's id", checked(toRoomId))
    .option('--resolved', 'those that were resolved')
    .action(async (room: RoomId | undefined, typed: Typed & { resolved?: boolean }) =>
      done(await (await load()).listReports(io, { ...typed, ...(room === undefined ? {} : { room }) })),
    )
  inRoom(
    command(
      'show',
      'one report: the message, after those before it',
      'roomful moderate show general 0192f3c2-6d1e',
    ),
  )
    .argument('<report>', 'as `reports` shows it')
    .action(async (room: RoomId, report: string, typed: Typed) =>
      done(await (await load()).showReport(io, room, report, typed)),
    )
  inRoom(
    command(
      'resolve',
      'say what became of a report',
      'roomful moderate resolve general 0192f3c2-6d1e dismissed',
    ),
  )
    .argument('<report>', 'as `reports` shows it')
    .argument('[resolution]', 'dismissed, deleted, kicked, banned or other', 'dismissed')
    .action(async (room: RoomId, report: string, resolution: string, typed: Typed) =>
      done(await (await load()).resolveReport(io, room, report, resolution, typed)),
    )
  inRoom(command('delete', 'delete a message, for all', 'roomful moderate delete general 42'))
    .argument('<message>', 'its id, or its seq in the room')
    .action(async (room: RoomId, message: string, typed: Typed) =>
      done(await (await load()).deleteMessage(io, room, message, typed)),
    )
  withReason(inRoom(command('kick', 'take a user out of a room', 'roomful moderate kick general bob')))
    .argument('<user>', "the user's id")
    .action(async (room: RoomId, user: string, typed: Typed) =>
      done(await (await load()).moderateMember(io, room, user, { kind: 'kick', ...reasonOf(typed) }, typed)),
    )
  withReason(
    inRoom(command('ban', 'take a user out, for good', 'roomful moderate ban general bob --reason "spam"')),
  )
    .argument('<user>', "the user's id")
    .action(async (room: RoomId, user: string, typed: Typed) =>
      done(await (await load()).moderateMember(io, room, user, { kind: 'ban', ...reasonOf(typed) }, typed)),
    )
  inRoom(command('unban', 'let a banned user come again', 'roomful moderate unban general bob'))
    .argument('<user>', "the user's id")
    .action(async (room: RoomId, user: string, typed: Typed) =>
      done(await (await load()).moderateMember(io, room, user, { kind: 'unban' }, typed)),
    )
  inRoom(command('mute', 'let a user read and not write', 'roomful moderate mute general bob --for 15m'))
    .argument('<user>', "the user's id")
    .addOption(
      new Option('--for <time>', 'such as 15m, 12h, 30d')
        .default(3_600, '1h')
        .argParser(checked(parseSeconds)),
    )
    .action(async (room: RoomId, user: string, { for: seconds, ...typed }: Typed & { for: number }) =>
      done(await (await load()).moderateMember(io, room, user, { kind: 'mute', seconds }, typed)),
    )
  inRoom(command('unmute', 'end a mute', 'roomful moderate unmute general bob'))
    .argument('<user>', "the user's id")
    .action(async (room: RoomId, user: string, typed: Typed) =>
      done(await (await load()).moderateMember(io, room, user, { kind: 'unmute' }, typed)),
    )
  inRoom(
    command(
      'audit',
      'what was done, by whom and why, newest first',
      'roomful moderate audit general --last 20',
    ),
  )
    .addOption(natural('-n, --last <count>', 'so many entries').default(50))
    .action(async (room: RoomId, typed: Typed & { last: number }) =>
      done(await (await load()).showAudit(io, room, typed)),
    )
}

const reasonOf = ({ reason }: Typed): { readonly reason?: string } => (reason === undefined ? {} : { reason })
