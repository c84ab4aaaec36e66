import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Report } from './report'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** A server in a process of its own, whose processor time is known. */
export type Measured = {
  readonly url: string
  /** User and system time since it began, in microseconds. */
  cpuMicros(): Promise<number>
  stop(): Promise<void>
}

/**
 * `PROFILE=folder` in the environment writes a CPU profile of each server there when it ends.
 *
 * @param root - of the checkout whose server it is; this one's where it is left out
 */
export async function startMeasured(
  name: 'ours' | 'literal',
  args: readonly string[],
  root: string = ROOT,
): Promise<Measured> {
  const file = join(root, 'packages/server/bench', `${name}.ts`)
  const { PROFILE: profile } = process.env
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
  const child = fork(file, args, { cwd: root, execArgv: ['--import', 'tsx', ...profiling] })
  return {
    url: await reported(child, (report) => ('url' in report ? report.url : undefined)),
    cpuMicros() {
      child.send('cpu')
      return reported(child, (report) => ('cpuMicros' in report ? report.cpuMicros : undefined))
    },
    async stop() {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

function reported<T>(child: ChildProcess, pick: (report: Report) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a server ended with ${code}`))
    child.once('exit', onExit)
    const onMessage = (report: Report): void => {
      const value = pick(report)
      if (value === undefined) return
      child.off('message', onMessage)
      child.off('exit', onExit)
      resolve(value)
    }
    child.on('message', onMessage)
  })
}
