import type { move } from '../commands/move'
import { type Add, examples, quietOption } from './parts'

export const addMove: Add = (program, io, done) => {
  const command = quietOption(program.command('move'))
    .description(
      'copy all of a database from SQLite to Postgres, or back, and compare both; killed, the same line goes on',
    )
    .option('--from <url>', 'sqlite:<file> or postgres://…')
    .option('--from-url-file <file>', 'file that holds it')
    .option('--to <url>', 'one of the other kind, new or empty')
    .option('--to-url-file <file>', 'file that holds it')
    .option('--restart', 'empty the target of a move that has not ended, and begin again')
    .option('--json', 'for programs')
    .action(async (typed: Parameters<typeof move>[1]) => {
      const { move } = await import('../commands/move')
      done(await move(io, typed))
    })
  examples(
    command,
    'roomful move --from sqlite:./data/roomful.db --to postgres://roomful@localhost/roomful',
    'roomful move --from-url-file ./postgres-url --to sqlite:./back.db',
  )
}
