import type { Command } from 'commander'
import type { Io } from './io'
import { DEFAULT_DATABASE } from './kept-secret'

type Typed = {
  database?: string
  databaseUrlFile?: string
  databaseSchema?: string
  json?: boolean
  input?: string
}

/** The commands that work on a database and not through a server. Only they load its driver. */
export function addDatabase(program: Command, io: Io, done: (exitCode: number) => void): void {
  const options = async ({ database, databaseUrlFile, databaseSchema, json = false }: Typed) => {
    const { databaseFrom } = await import('./setting')
    const found = databaseFrom(io, { database, databaseUrlFile, databaseSchema })
    return { database: found ?? DEFAULT_DATABASE, json }
  }
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--database <url>', 'sqlite:<file> or postgres://… (ROOMFUL_DATABASE)')
      .option('--database-url-file <file>', 'file that holds it (ROOMFUL_DATABASE_URL_FILE)')
      .option('--database-schema <name>', 'schema of the tables on Postgres (ROOMFUL_DATABASE_SCHEMA)')
      .option('--json', 'for programs')

  command('import', 'put an exported room into a database; what is there already is left alone')
    .argument('[file]', 'what `export` wrote; absent or "-": standard input')
    .action(async (file: string | undefined, typed: Typed) => {
      const { importCommand } = await import('./commands/import')
      const input = file === undefined || file === '-' ? {} : { input: file }
      done(await importCommand(io, { ...(await options(typed)), ...input }))
    })
  command('migrate', 'bring the tables to this version, as a server does at its start').action(
    async (typed: Typed) => {
      const { migrate } = await import('./commands/database')
      done(await migrate(io, await options(typed)))
    },
  )
  command('backup', 'copy a SQLite database, also while a server runs on it')
    .argument('<copy>', 'a file that is not there yet')
    .action(async (copy: string, typed: Typed) => {
      const { backup } = await import('./commands/database')
      done(await backup(io, copy, await options(typed)))
    })
  command('restore', 'put a copy in the place of a SQLite database, as a history of its own')
    .argument('<copy>', 'what `backup` wrote')
    .action(async (copy: string, typed: Typed) => {
      const { restore } = await import('./commands/database')
      done(await restore(io, copy, await options(typed)))
    })
  command('new-epoch', 'after a database was restored by other means: say that it is another history').action(
    async (typed: Typed) => {
      const { newEpoch } = await import('./commands/database')
      done(await newEpoch(io, await options(typed)))
    },
  )
}
