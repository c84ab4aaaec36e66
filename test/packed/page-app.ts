import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { freePort } from '../../packages/testing/src/local-process'
import { appFiles, textOf } from '../snippets/find-snippets'
import { link } from './pack'
import { type PackedProject, packedProject } from './packed-project'

const run = promisify(execFile)
/** How long a program may take to say that it listens, on the busiest machine. */
const START_TIMEOUT_MS = 120_000

/** A program that a page starts. Ends with all of its children. */
export type Running = AsyncDisposable & { output(): string; stop(): Promise<void> }

/** What an app of a page has: its files, its commands as they are typed, and two ports. */
export type PageApp = {
  readonly folder: string
  /** The chat server, and the page: what stands in for the ports 3000 and 5173 of the page. */
  readonly server: string
  readonly origin: string
  /** Runs lines of its pages in one shell. Rejects if no page has one of them, or if they fail. */
  type(...lines: readonly string[]): Promise<string>
  /** Starts lines of its pages in one shell, and resolves once they have printed `ready`. */
  start(lines: string | readonly string[], ready: RegExp, options?: StartOptions): Promise<Running>
}

/** `more` goes behind the last line: a port that is free. */
type StartOptions = { readonly env?: Record<string, string>; readonly more?: string }

/** A folder with the packages as npm would put them there: the tarballs of this repository, and what they need. */
export async function pageProject(needs: readonly string[]): Promise<PackedProject> {
  const names = ['protocol', 'client', 'react', 'bot', 'admin', 'server', 'create-roomful', 'cli']
  const project = await packedProject(names)
  const modules = join(project.folder, 'node_modules')
  for (const need of needs) link(modules, need)
  mkdirSync(join(modules, '.bin'))
  for (const [name, file] of [
    ['roomful', 'roomful/bin/roomful.js'],
    ['vite', 'vite/bin/vite.js'],
  ] as const)
    symlinkSync(`../${file}`, join(modules, '.bin', name))
  return project
}

/**
 * Writes the files of the app of a page into a new folder: those that lie in no folder, or in `public`, and those of `also`,
 * whose pages' commands the app has too.
 */
export async function pageApp(
  project: PackedProject,
  page: string,
  also: readonly AppSource[] = [],
): Promise<PageApp> {
  const folder = mkdtempSync(join(project.folder, 'app-'))
  const [server, origin] = [`http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`]
  const here = (text: string): string =>
    text
      .replaceAll('http://localhost:3000', server)
      .replaceAll('http://localhost:5173', origin)
      .replaceAll('http://localhost:4000', server)
  for (const { page: of, only = /(?:)/ } of [{ page, only: /^[^/]+$|^public\// }, ...also])
    for (const { path, code } of appFiles().filter((one) => one.page === of && only.test(one.path))) {
      const file = join(folder, path.replace(also.find((one) => one.below)?.below ?? '', ''))
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, here(code))
    }
  const commands = [page, ...also.map((one) => one.page)].flatMap((one) =>
    [...textOf(one).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(({ 1: code = '' }) => code.split('\n')),
  )
  const typed = (lines: readonly string[]): string => {
    const missing = lines.filter((line) => !commands.includes(line))
    if (missing.length > 0) throw new Error(`${page} does not say: ${missing.join()}`)
    return here(lines.join('\n'))
  }
  const environment = (env: Record<string, string> = {}) => ({
    ...{ PATH: process.env.PATH, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') },
    ...{ ROOMFUL_URL: server, NO_COLOR: '1', npm_config_offline: 'true', ...env },
  })
  return {
    folder,
    server,
    origin,
    type: async (...lines) =>
      (await run('sh', ['-e', '-c', typed(lines)], { cwd: folder, env: environment() })).stdout,
    start: (lines, ready, { env, more = '' } = {}) => {
      const script = `${typed([lines].flat())} ${more}`
      return started(
        spawn('sh', ['-e', '-c', script], { cwd: folder, env: environment(env), detached: true }),
        ready,
      )
    },
  }
}

/** Files of another page, or of a folder of this one, which is left out of their paths. */
export type AppSource = { readonly page: string; readonly only?: RegExp; readonly below?: string }

async function started(child: ChildProcess, ready: RegExp): Promise<Running> {
  let output = ''
  const ended = once(child, 'close')
  const kill = (signal: NodeJS.Signals): void => {
    // With all that the shell and npx have started.
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
      process.kill(-child.pid, signal)
  }
  const killWithParent = (): void => kill('SIGKILL')
  process.once('exit', killWithParent)
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`It did not start: ${output}`)), START_TIMEOUT_MS)
    const look = (text: string): void => {
      output += text
      if (!ready.test(output)) return
      clearTimeout(timer)
      resolve()
    }
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', look)
    void ended.then(() => {
      clearTimeout(timer)
      reject(new Error(`It ended: ${output}`))
    })
  })
  const stop = async (): Promise<void> => {
    kill('SIGTERM')
    await ended
    process.off('exit', killWithParent)
  }
  return { output: () => output, stop, [Symbol.asyncDispose]: stop }
}
