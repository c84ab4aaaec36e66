import type { Command } from 'commander'
import type { Io } from './io'

type Typed = { apiKeyFile?: string; json?: boolean; scopes: string[] }

/** `api-key create`, `list` and `revoke`: the keys with which backends call `/v1`. */
export function addApiKey(program: Command, io: Io, done: (exitCode: number) => void): void {
  const group = program.command('api-key').description('the keys for the server API under /v1')
  const command = (name: string, description: string): Command =>
    group
      .command(name)
      .description(description)
      .option('--api-key-file <file>', "the server's file of keys (ROOMFUL_API_KEY_FILE)")
      .option('--json', 'for programs')

  command('create', 'make a key, and print it: it is kept nowhere')
    .option(
      '--scopes <list>',
      'what it may do, with commas between: users:write,rooms:read; * is all',
      words,
      ['*'],
    )
    .action(async (typed: Typed) => {
      const { createKey } = await import('./commands/api-key')
      done(await createKey(io, typed))
    })
  command('list', 'the keys by their ids, with their scopes').action(async (typed: Typed) => {
    const { listKeys } = await import('./commands/api-key')
    done(await listKeys(io, typed))
  })
  command('revoke', 'take a key away; running servers refuse it at once')
    .argument('<id>', 'as `list` shows it')
    .action(async (id: string, typed: Typed) => {
      const { revokeKey } = await import('./commands/api-key')
      done(await revokeKey(io, id, typed))
    })
}

const words = (list: string): string[] => list.split(',').flatMap((word) => word.trim() || [])
