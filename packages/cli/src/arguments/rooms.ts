import type { rooms } from '../commands/rooms'
import { type Add, connectOptions, examples } from './parts'

export const addRooms: Add = (program, io, done) => {
  const command = connectOptions(program.command('rooms'), io)
    .description('list your rooms')
    .option('--public', 'list the rooms that anyone may join')
    .option('--query <text>', 'only those with this in their name')
    .action(async (typed: Parameters<typeof rooms>[1]) => {
      const { rooms } = await import('../commands/rooms')
      done(await rooms(io, typed))
    })
  examples(
    command,
    'roomful rooms',
    'roomful rooms --public --query support',
    'roomful rooms --json | jq -r .id',
  )
}
