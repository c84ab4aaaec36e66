import { execFile, execFileSync } from 'node:child_process'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { AsyncClosable } from '@roomful/protocol'
import { findBinaries } from './find-binary'
import { freePort, LocalProcess } from './local-process'

const run = promisify(execFile)
const USER = 'roomful'
/** After a kill -9 the backends of the old postmaster end on their own; until then it refuses to start again. */
const RESTART_ATTEMPTS = 40

type User = { readonly uid: number; readonly gid: number }

/** A real, empty Postgres for one test, on a free port. */
export interface TestPostgres extends AsyncClosable {
  readonly port: number
  /** Creates an empty database and returns its URL. */
  createDatabase(): Promise<string>
  /** kill -9 of the postmaster. Its data stay; `start` recovers them from the log. */
  kill(): Promise<void>
  start(): Promise<void>
  /** Ends every connection and then the server, as an operator would. */
  stop(): Promise<void>
}

export type TestPostgresOptions = {
  /** Off by default: a kill -9 loses nothing that the kernel has, and tests are faster. On for measurements. */
  readonly fsync?: boolean
  /** More settings, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>
}

/**
 * Starts Postgres in a temporary folder; stops it and removes the folder when disposed of.
 *
 * @example
 * const postgres = await startPostgres()
 * const server = await createTestServer({ database: await postgres.createDatabase() })
 */
export async function startPostgres({
  fsync = false,
  settings = {},
}: TestPostgresOptions = {}): Promise<TestPostgres> {
  const bin = findBinaries(['initdb', 'postgres', 'createdb'], 'postgresql')
  const user = postgresUser()
  const folder = folderOf(user)
  const data = join(folder, 'data')
  emptyCluster ??= createCluster(bin, user)
  await run('cp', ['-a', await emptyCluster, data], { cwd: folder, ...user })

  const port = await freePort()
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    fsync: fsync ? 'on' : 'off',
    ...settings,
  }
  const server = new LocalProcess({
    command: join(bin, 'postgres'),
    args: ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    folder,
    ready: /database system is ready to accept connections/,
    user,
    // Fast shutdown: open connections are ended, not waited for.
    stopSignal: 'SIGINT',
  })
  await server.start()

  let databases = 0
  return {
    port,
    async createDatabase() {
      const name = `test_${++databases}`
      const args = ['-h', '127.0.0.1', '-p', String(port), '-U', USER, name]
      await run(join(bin, 'createdb'), args)
      return `postgres://${USER}@127.0.0.1:${port}/${name}`
    },
    kill: () => server.kill(),
    start: () => startAgain(server),
    stop: () => server.stop(),
    [Symbol.asyncDispose]: () => server.dispose(),
  }
}

/** `initdb` costs seconds of CPU time, a copy of its result a fraction of one: it runs once a process. */
let emptyCluster: Promise<string> | undefined

async function createCluster(bin: string, user: User | undefined): Promise<string> {
  const folder = folderOf(user)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const data = join(folder, 'data')
  const options = ['--no-sync', '--auth=trust', `--username=${USER}`, '--encoding=UTF8', '--locale=C']
  await run(join(bin, 'initdb'), [...options, '-D', data], { cwd: folder, ...user })
  return data
}

/** A new temporary folder of the user that runs Postgres. */
function folderOf(user: User | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-postgres-'))
  if (user) chownSync(folder, user.uid, user.gid)
  return folder
}

async function startAgain(server: LocalProcess): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await server.start()
    } catch (error) {
      const old = /is another postmaster|still in use|shared memory/.test(String(error))
      if (!old || attempt === RESTART_ATTEMPTS) throw error
    }
  }
}

/** Postgres refuses to run as root: then its package's user runs it. */
export function postgresUser(): User | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}
