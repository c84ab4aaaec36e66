import type { Command } from 'commander'
import { DEFAULT_DATABASE } from '../kept-secret'
import { type Add, databaseOptions, examples } from './parts'

type Typed = { database?: string; databaseUrlFile?: string; databaseSchema?: string; json?: boolean }

/** `webhooks list`, `dead` and `replay`: on the database, while servers run on it. */
export const addWebhooks: Add = (program, io, done) => {
  const group = program.command('webhooks').description('events that wait for delivery, and those given up')
  examples(group, 'roomful webhooks list', 'roomful webhooks dead shop', 'roomful webhooks replay shop')
  const options = async ({ json = false, ...typed }: Typed) => {
    const { databaseFrom } = await import('../setting')
    return { database: databaseFrom(io, typed) ?? DEFAULT_DATABASE, json }
  }
  const command = (name: string, description: string, ...lines: string[]): Command =>
    examples(databaseOptions(group.command(name).description(description)), ...lines)

  command(
    'list',
    'what waits for each endpoint, since when, and how many dead letters it has',
    'roomful webhooks list --database sqlite:./data/roomful.db',
  ).action(async (typed: Typed) => {
    const { listWebhooks } = await import('../commands/webhooks')
    done(await listWebhooks(io, await options(typed)))
  })
  command(
    'dead',
    'the dead letters of an endpoint, oldest first; with --json also what would be posted',
    'roomful webhooks dead shop --json',
  )
    .argument('<endpoint>', 'as `list` shows it')
    .action(async (endpoint: string, typed: Typed) => {
      const { deadWebhooks } = await import('../commands/webhooks')
      done(await deadWebhooks(io, endpoint, await options(typed)))
    })
  command(
    'replay',
    'let dead letters wait again, and try at once all that waits for the endpoint',
    'roomful webhooks replay shop',
  )
    .argument('<endpoint>', 'as `list` shows it')
    .argument('[ids...]', 'those with these ids; all by default')
    .action(async (endpoint: string, ids: string[], typed: Typed) => {
      const { replayWebhooks } = await import('../commands/webhooks')
      done(await replayWebhooks(io, endpoint, ids, await options(typed)))
    })
}
