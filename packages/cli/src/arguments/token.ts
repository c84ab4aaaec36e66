import { Option } from 'commander'
import type { token } from '../commands/token'
import { parseSeconds } from '../duration'
import { checked } from '../option-parsing'
import { type Add, examples } from './parts'

export const addToken: Add = (program, io, done) => {
  const command = program
    .command('token')
    .description('sign a token (HS256) with the secret of a server')
    .requiredOption('--user <id>', "the user's id")
    .option('--name <name>', 'the name that others see (default: the id)')
    .option('--admin', 'a moderator of the whole server')
    .addOption(new Option('--expires <time>', 'such as 90s, 12h, 30d').argParser(checked(parseSeconds)))
    .option('--issuer <text>', 'the iss, for a server with --issuer (ROOMFUL_ISSUER)')
    .option('--audience <text>', 'the aud, for a server with --audience (ROOMFUL_AUDIENCE)')
    .option('--jwt-secret <secret>', 'the secret (ROOMFUL_JWT_SECRET)')
    .option('--jwt-secret-file <file>', 'file that holds it (ROOMFUL_JWT_SECRET_FILE)')
    .option('--database <url>', 'whose kept secret to use where none is given (ROOMFUL_DATABASE)')
    .action(async (typed: Parameters<typeof token>[1]) => {
      const { token } = await import('../commands/token')
      done(await token(io, typed))
    })
  examples(
    command,
    'roomful token --user ann --name "Ann Lee" --expires 12h',
    'export ROOMFUL_TOKEN=$(roomful token --user root --admin)',
  )
}
