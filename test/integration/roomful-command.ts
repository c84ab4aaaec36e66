import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, type ServerProcess, startServerProcess } from '@roomful/testing/node'
import { build, ROOT } from '../../scripts/build.mjs'

// Users run the build: a stale one must not stand in for the sources. ROOMFUL_BIN names another one to test.
const bin = process.env.ROOMFUL_BIN
if (bin === undefined) await build({ types: false })

/** How to start `roomful` here. */
export const ROOMFUL: Command =
  bin === undefined ? [process.execPath, `${ROOT}/packages/cli/bin/roomful.js`] : [bin]
export const WEB_CHAT = `${ROOT}/examples/web-chat/dist`

/** Without rate limits: these tests are about load. */
export const NO_LIMITS = ['--sends-per-second', '0', '--events-per-second', '0'] as const

/** Guests are kept over commands, as on a user's machine, and not over test files. */
const config = mkdtempSync(join(tmpdir(), 'roomful-config-'))
process.on('exit', () => rmSync(config, { recursive: true, force: true }))

type CommandResult = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

type RunningCommand = {
  readonly done: Promise<CommandResult>
  stdout(): string
  stderr(): string
  kill(signal: NodeJS.Signals): void
}

type RunOptions = {
  stdin?: string | Buffer
  /** More may come on its input. */
  keepOpen?: boolean
  env?: Record<string, string>
  cwd?: string
}

/** Starts one command line. Its input is closed after `stdin`. */
export function startRoomful(
  args: readonly string[],
  { stdin = '', keepOpen = false, env = {}, cwd }: RunOptions = {},
): RunningCommand {
  const [file, ...before] = ROOMFUL
  const child = spawn(file, [...before, ...args], {
    cwd,
    env: { ...process.env, XDG_CONFIG_HOME: config, ...env },
  })
  const stdout: Buffer[] = []
  let stderr = ''
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  // A command that ends before it has read all of its input reports that by its exit code.
  child.stdin.on('error', () => {})
  if (keepOpen) child.stdin.write(stdin)
  else child.stdin.end(stdin)
  return {
    done: once(child, 'close').then(([code, signal]) => ({
      code,
      signal,
      stdout: Buffer.concat(stdout),
      stderr,
    })),
    stdout: () => Buffer.concat(stdout).toString(),
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
  }
}

export function roomful(args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  return startRoomful(args, options).done
}

/** The server on a SQLite file, by the same command. It accepts guests and has the room `general`. */
export function serve(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<ServerProcess> {
  return startServerProcess({
    command: ROOMFUL,
    args: ['--host', '127.0.0.1', '--log-level', 'warn', '--guests', ...args],
    ...options,
  })
}

/** A folder that is deleted after the test. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'roomful-test-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
