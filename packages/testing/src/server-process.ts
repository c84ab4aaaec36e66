import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AsyncClosable } from '@roomful/protocol'

export type Command = readonly [file: string, ...args: string[]]

export type ServerProcessOptions = {
  /** The command that runs `roomful`, such as `['npx', 'roomful']`. */
  readonly command: Command
  /** The arguments after `serve`. */
  readonly args?: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
}

/** How a process ended: with an exit code, or by a signal. */
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null }

/** The server as its users run it: a separate process that can be killed. */
export interface ServerProcess extends AsyncClosable {
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Its output so far. */
  output(): { stdout: string; stderr: string }
  /** SIGTERM: it drains. Resolves when it has ended. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<Exit>
  /** SIGKILL: it can do nothing more. */
  kill(): Promise<Exit>
}

const START_TIMEOUT_MS = 120_000
const STOP_TIMEOUT_MS = 120_000

/** Starts `roomful serve --json` and resolves when it listens. Rejects with its output if it ends instead. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const [file, ...before] = options.command
  const child = spawn(file, [...before, 'serve', '--json', ...(options.args ?? [])], {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const ended = endOf(child)
  // If the test's own process ends, no server may be left behind.
  const killWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithParent)
  void ended.then(() => process.off('exit', killWithParent))

  const url = await listening(child, output, ended)
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal)
    const timer = setTimeout(killWithParent, STOP_TIMEOUT_MS)
    const exit = await ended
    clearTimeout(timer)
    return exit
  }
  return {
    url,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    output: () => ({ ...output }),
    stop: (signal = 'SIGTERM') => end(signal),
    kill: () => end('SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL')
    },
  }
}

function endOf(child: ChildProcess): Promise<Exit> {
  return once(child, 'close').then(([code, signal]) => ({ code, signal }))
}

async function listening(
  child: ChildProcess,
  output: { stdout: string; stderr: string },
  ended: Promise<Exit>,
): Promise<string> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`It did not listen within ${START_TIMEOUT_MS} ms: ${output.stdout}${output.stderr}`))
    }, START_TIMEOUT_MS)
  })
  const failed = ended.then(({ code, signal }): never => {
    throw new Error(`It ended with ${signal ?? code}: ${output.stdout}${output.stderr}`)
  })
  const said = new Promise<string>((resolve) => {
    const look = (): void => {
      const line = output.stdout.split('\n').find((one) => one.startsWith('{') && one.endsWith('}'))
      if (line !== undefined) resolve(urlIn(line))
    }
    child.stdout?.on('data', look)
  })
  try {
    return await Promise.race([said, failed, late])
  } finally {
    clearTimeout(timer)
    // The loser of the race is still pending: it is handled elsewhere.
    failed.catch(() => {})
    late.catch(() => {})
  }
}

function urlIn(line: string): string {
  const value: unknown = JSON.parse(line)
  if (typeof value === 'object' && value !== null && 'url' in value && typeof value.url === 'string') {
    return value.url
  }
  throw new Error(`It printed no address: ${line}`)
}
