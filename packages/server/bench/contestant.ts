import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Crowd, type Seen } from './crowd'
import type { Report } from './report'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/** Processor time: of the server, and of the crowd in this process. */
export type Round = Seen & { readonly cpuMicros: number; readonly crowdMicros: number }

/** A server in a separate process, with a crowd in this one. */
export class Contestant {
  private constructor(
    readonly name: string,
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly crowd: Crowd,
  ) {}

  /**
   * `PROFILE=folder` in the environment writes a CPU profile of each server there when it ends.
   *
   * @param root - of the checkout whose server it is; this one's where it is left out
   */
  static async enter(
    name: 'ours' | 'literal',
    args: readonly string[],
    { clientId, root = ROOT }: { readonly clientId?: () => string; readonly root?: string } = {},
  ): Promise<Contestant> {
    const file = join(root, 'packages/server/bench', `${name}.ts`)
    const { PROFILE: profile } = process.env
    const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]
    const child = fork(file, args, { cwd: root, execArgv: ['--import', 'tsx', ...profiling] })
    const url = await reported(child, (report) => ('url' in report ? report.url : undefined))
    return new Contestant(name, url, child, await Crowd.gather(url, clientId))
  }

  async round(ms: number): Promise<Round> {
    const before = await this.#cpuMicros()
    const own = process.cpuUsage()
    const seen = await this.crowd.run(ms)
    const { user, system } = process.cpuUsage(own)
    return { ...seen, cpuMicros: (await this.#cpuMicros()) - before, crowdMicros: user + system }
  }

  async leave(): Promise<void> {
    this.crowd.leave()
    const ended = once(this.child, 'exit')
    this.child.disconnect()
    await ended
  }

  #cpuMicros(): Promise<number> {
    this.child.send('cpu')
    return reported(this.child, (report) => ('cpuMicros' in report ? report.cpuMicros : undefined))
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
