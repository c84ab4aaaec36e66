import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CliError, EXIT } from './failure'
import { type Io, interruptCode } from './io'
import { VERSION } from './version'

const SERVER = '@roomful/server'
/** Set for the second run: where the package is not found then either, npm is not asked again. */
const SECOND_RUN = 'ROOMFUL_WITH_SERVER'

/** Whether a command could not be loaded because it stands on the server, which is a package of its own. */
export const isServerMissing = (error: unknown): error is Error =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  error.message.includes(`'${SERVER}'`)

/**
 * Runs the line again where the server is: `npx roomful serve` is one line, and `npx roomful tail` needs no server. npm
 * asks in a terminal before it fetches a package, as npx does. Outside of npx it throws, with the line to type.
 */
export async function withoutServer(io: Io, argv: readonly string[], cause: Error): Promise<number> {
  const npm = io.env.npm_execpath
  // Without a terminal npm asks nobody, and fetches nothing that was not agreed to by `npx --yes`.
  const mayFetch = (io.stdin.isTTY && io.stdout.isTTY) || io.env.npm_config_yes === 'true'
  const isNpx = io.env.npm_command === 'exec' && io.env[SECOND_RUN] === undefined
  if (npm === undefined || !isNpx || !mayFetch)
    throw new CliError(
      'SERVER_NOT_INSTALLED',
      `this command needs ${SERVER}, which is not installed`,
      `\`npm install ${SERVER}\` where roomful is installed, or \`npx --yes -p roomful -p ${SERVER} roomful ${argv[0] ?? ''}\``,
      EXIT.failed,
      { cause },
    )
  const packages = [`--package=roomful@${VERSION}`, `--package=${SERVER}@${VERSION}`]
  const child = spawn(process.execPath, [npm, 'exec', ...packages, '--', 'roomful', ...argv], {
    stdio: 'inherit',
    env: { ...io.env, [SECOND_RUN]: '1' },
  })
  // Ctrl+C reaches the child by itself, for it is of the same terminal; a signal to this process alone does not.
  const forward = (): void => void child.kill('SIGTERM')
  io.signal.addEventListener('abort', forward)
  try {
    const [code]: (number | null)[] = await once(child, 'exit')
    return code ?? (io.signal.aborted ? interruptCode(io.signal) : EXIT.interrupted)
  } finally {
    io.signal.removeEventListener('abort', forward)
  }
}
