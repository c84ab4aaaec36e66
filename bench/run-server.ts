import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { RunningServer } from './contender'

/** It ends a start that hangs: then the server is left out of the comparison. */
const START_MAX_MS = 300_000
const LOG_CHARS = 2_000

/** A server of ours, which reports its address. */
export async function startNode(file: string, args: readonly string[]): Promise<RunningServer> {
  const child = fork(file, args, { execArgv: ['--import', 'tsx'] })
  const [report] = (await Promise.race([once(child, 'message'), failed(child, () => '')])) as [
    { url: string },
  ]
  return running(child, report.url)
}

type ProgramOptions = {
  readonly folder: string
  readonly port: number
  readonly env: Readonly<Record<string, string>>
}

/** Resolves when something listens on the port. */
export async function startProgram(
  command: string,
  args: readonly string[],
  { folder, port, env }: ProgramOptions,
): Promise<RunningServer> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes) => (log = (log + bytes).slice(-LOG_CHARS)))
  await Promise.race([listens(port, () => log), failed(child, () => log)])
  return running(child, `http://127.0.0.1:${port}`)
}

async function failed(child: ChildProcess, log: () => string): Promise<never> {
  const [reason] = await Promise.race([once(child, 'exit'), once(child, 'error')])
  throw new Error(`it ended with ${reason}: ${log()}`)
}

async function listens(port: number, log: () => string): Promise<void> {
  const deadline = performance.now() + START_MAX_MS
  while (performance.now() < deadline) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`it does not listen after ${START_MAX_MS / 1_000} s: ${log()}`)
}

function running(child: ChildProcess, url: string): RunningServer {
  const killWithParent = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithParent)
  return {
    url,
    pid: child.pid ?? Number.NaN,
    stop: async () => {
      process.off('exit', killWithParent)
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
