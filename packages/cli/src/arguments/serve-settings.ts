import { CONFIG_FIELDS } from '@roomful/server'
import { type Command, Option } from 'commander'
import { serve } from '../commands/serve'
import type { Io } from '../io'

/** The flags are made from the server's own list of settings, so that the two cannot differ. */
export function addSettings(command: Command, io: Io, done: (exitCode: number) => void): void {
  command
    .description('run the server; every flag can be a ROOMFUL_… variable as well, and PORT is understood')
    .option('--config <file>', 'a JSON file with settings, by their names in camelCase')
    .option('--json', 'print where it listens, as JSON')
  for (const { flag, value, help, env } of CONFIG_FIELDS) {
    command.addOption(
      new Option(value === undefined ? `--${flag}` : `--${flag} ${value}`, `${help} (${env})`),
    )
  }
  command.action(async (typed) => done(await serve(io, typed)))
}
