import type { Command } from 'commander'
import { type Add, examples } from './parts'

type Typed = { apiKeyFile?: string; json?: boolean; scopes: string[] }

/** `api-key create`, `list` and `revoke`: the keys with which backends call `/v1`. */
export const addApiKey: Add = (program, io, done) => {
  const group = program.command('api-key').description('the keys for the server API under /v1')
  examples(group, 'roomful api-key create --api-key-file ./data/api-keys', 'roomful api-key list')
  const command = (name: string, description: string, ...lines: string[]): Command =>
    examples(
      group
        .command(name)
        .description(description)
        .option('--api-key-file <file>', "the server's file of keys (ROOMFUL_API_KEY_FILE)")
        .option('--json', 'for programs'),
      ...lines,
    )

  command(
    'create',
    'make a key, and print it: it is kept nowhere',
    'roomful api-key create --api-key-file ./data/api-keys --scopes users:write,rooms:read',
  )
    .option(
      '--scopes <list>',
      'what it may do, with commas between: users:write,rooms:read; * is all',
      words,
      ['*'],
    )
    .action(async (typed: Typed) => {
      const { createKey } = await import('../commands/api-key')
      done(await createKey(io, typed))
    })
  command(
    'list',
    'the keys by their ids, with their scopes',
    'roomful api-key list --api-key-file ./data/api-keys',
  ).action(async (typed: Typed) => {
    const { listKeys } = await import('../commands/api-key')
    done(await listKeys(io, typed))
  })
  command(
    'revoke',
    'take a key away; running servers refuse it at once',
    'roomful api-key revoke 4f1c0a9be2d7 --api-key-file ./data/api-keys',
  )
    .argument('<id>', 'as `list` shows it')
    .action(async (id: string, typed: Typed) => {
      const { revokeKey } = await import('../commands/api-key')
      done(await revokeKey(io, id, typed))
    })
}

const words = (list: string): string[] => list.split(',').flatMap((word) => word.trim() || [])
