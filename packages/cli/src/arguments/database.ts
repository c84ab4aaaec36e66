import type { Command } from 'commander'
import { DEFAULT_DATABASE } from '../kept-secret'
import { type Add, databaseOptions, examples, quietOption } from './parts'

type Typed = {
  readonly database?: string
  readonly databaseUrlFile?: string
  readonly databaseSchema?: string
  readonly json?: boolean
  readonly quiet?: boolean
}

/** The commands that work on a database and not through a server. Only they load its driver. */
export const addDatabase: Add = (program, io, done) => {
  const options = async ({
    database,
    databaseUrlFile,
    databaseSchema,
    json = false,
    quiet = false,
  }: Typed) => {
    const { databaseFrom } = await import('../setting')
    const found = databaseFrom(io, { database, databaseUrlFile, databaseSchema })
    return { database: found ?? DEFAULT_DATABASE, json, quiet }
  }
  const command = (name: string, description: string, ...lines: string[]): Command =>
    examples(databaseOptions(program.command(name).description(description)), ...lines)

  quietOption(
    command(
      'import',
      'put an exported room into a database; what is there already is left alone',
      'roomful import general.ndjson --database sqlite:./data/roomful.db',
      'gunzip < general.ndjson.gz | roomful import',
    ),
  )
    .argument('[file]', 'what `export` wrote; absent or "-": standard input')
    .action(async (file: string | undefined, typed: Typed) => {
      const { importCommand } = await import('../commands/import')
      const input = file === undefined || file === '-' ? {} : { input: file }
      done(await importCommand(io, { ...(await options(typed)), ...input }))
    })
  command(
    'migrate',
    'bring the tables to this version, as a server does at its start',
    'roomful migrate --database postgres://roomful@localhost/roomful',
  ).action(async (typed: Typed) => {
    const { migrate } = await import('../commands/database')
    done(await migrate(io, await options(typed)))
  })
  command(
    'backup',
    'copy a SQLite database, also while a server runs on it',
    'roomful backup roomful-copy.db --database sqlite:./data/roomful.db',
  )
    .argument('<copy>', 'a file that is not there yet')
    .action(async (copy: string, typed: Typed) => {
      const { backup } = await import('../commands/database')
      done(await backup(io, copy, await options(typed)))
    })
  command(
    'restore',
    'put a copy in the place of a SQLite database, as a history of its own',
    'roomful restore roomful-copy.db --database sqlite:./data/roomful.db',
  )
    .argument('<copy>', 'what `backup` wrote')
    .action(async (copy: string, typed: Typed) => {
      const { restore } = await import('../commands/database')
      done(await restore(io, copy, await options(typed)))
    })
  command(
    'new-epoch',
    'after a database was restored by other means: say that it is another history',
    'roomful new-epoch --database postgres://roomful@localhost/roomful',
  ).action(async (typed: Typed) => {
    const { newEpoch } = await import('../commands/database')
    done(await newEpoch(io, await options(typed)))
  })
}
