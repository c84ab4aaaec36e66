import type { Command } from 'commander'
import type { Io } from '../io'
import { isServerMissing } from '../server-package'
import { examples } from './parts'

/** Only a line that has it loads the server, whose settings are its flags: it would double the start time of a `send`. */
export async function addServe(
  program: Command,
  io: Io,
  done: (exitCode: number) => void,
  argv: readonly string[],
): Promise<void> {
  const command = program.command('serve').description('run the server')
  if (!argv.includes('serve') && !argv.includes('completions')) return
  const settings = await import('./serve-settings').catch((error: unknown) => {
    // Where there is no server, nobody completes its flags.
    if (argv.includes('serve') || !isServerMissing(error)) throw error
  })
  if (!settings) return
  settings.addSettings(command, io, done)
  examples(
    command,
    'roomful serve --guests',
    'roomful serve --guests --origins http://localhost:5173',
    'roomful serve --database postgres://roomful@localhost/roomful --port 8080',
  )
}
