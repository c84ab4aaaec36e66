import type { Command } from 'commander'
import type { Io } from './io'
import { DEFAULT_DATABASE } from './kept-secret'

type Typed = { database?: string; databaseUrlFile?: string; databaseSchema?: string; json?: boolean }

/** `webhooks list`, `dead` and `replay`: on the database, while servers run on it. */
export function addWebhooks(program: Command, io: Io, done: (exitCode: number) => void): void {
  const group = program.command('webhooks').description('events that wait for delivery, and those given up')
  const options = async ({ json = false, ...typed }: Typed) => {
    const { databaseFrom } = await import('./setting')
    return { database: databaseFrom(io, typed) ?? DEFAULT_DATABASE, json }
  }
  const command = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .option('--database <url>', 'sqlite:<file> or postgres://… (ROOMFUL_DATABASE)')
      .option('--database-url-file <file>', 'file that holds it (ROOMFUL_DATABASE_URL_FILE)')
      .option('--database-schema <name>', 'schema of the tables on Postgres (ROOMFUL_DATABASE_SCHEMA)')
      .option('--json', 'for programs')

  command('list', 'what waits for each endpoint, since when, and how many dead letters it has').action(
    async (typed: Typed) => {
      const { listWebhooks } = await import('./commands/webhooks')
      done(await listWebhooks(io, await options(typed)))
    },
  )
  command('dead', 'the dead letters of an endpoint, oldest first; with --json also what would be posted')
    .argument('<endpoint>', 'as `list` shows it')
    .action(async (endpoint: string, typed: Typed) => {
      const { deadWebhooks } = await import('./commands/webhooks')
      done(await deadWebhooks(io, endpoint, await options(typed)))
    })
  command('replay', 'let dead letters wait again, and try at once all that waits for the endpoint')
    .argument('<endpoint>', 'as `list` shows it')
    .argument('[ids...]', 'those with these ids; all by default')
    .action(async (endpoint: string, ids: string[], typed: Typed) => {
      const { replayWebhooks } = await import('./commands/webhooks')
      done(await replayWebhooks(io, endpoint, ids, await options(typed)))
    })
}
