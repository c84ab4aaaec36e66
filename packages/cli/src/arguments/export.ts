import type { exportCommand } from '../commands/export'
import { checked } from '../option-parsing'
import { type RoomId, toRoomId } from '../room-id'
import { type Add, examples, natural, quietOption, roomOptions } from './parts'

export const addExport: Add = (program, io, done) => {
  const command = quietOption(roomOptions(program.command('export'), io))
    .description('write all rows of a room as JSON lines: the room, its members, its messages')
    .argument('<room>', "the room's id", checked(toRoomId))
    .option('-o, --output <file>', 'write here; a file that is there is gone on with where it ends')
    .addOption(natural('--since <seq>', 'begin after this seq').conflicts('output'))
    .option('--database <url>', 'read here, as nobody in particular, instead of from a server')
    .option('--database-url-file <file>', 'the same, from a file that holds the address')
    .option('--database-schema <name>', 'schema of its tables, on Postgres')
    .action(async (room: RoomId, typed: Omit<Parameters<typeof exportCommand>[1], 'room'>) => {
      const { exportCommand } = await import('../commands/export')
      done(await exportCommand(io, { ...typed, room }))
    })
  examples(
    command,
    'roomful export general -o general.ndjson',
    'roomful export general --database sqlite:./data/roomful.db | gzip > general.ndjson.gz',
  )
}
