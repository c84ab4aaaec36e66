import { chownSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AsyncClosable } from '@roomful/protocol'
import { findBinaries } from './find-binary'
import { freePort, LocalProcess } from './local-process'
import { postgresUser } from './postgres'

export interface TestPgBouncer extends AsyncClosable {
  /** The same database as this URL, through the pooler. */
  through(url: string): string
}

/** A real PgBouncer in front of a test's Postgres. `mode`: how long it lends a connection. */
export async function startPgBouncer(
  postgresPort: number,
  mode: 'session' | 'transaction',
): Promise<TestPgBouncer> {
  const bin = findBinaries(['pgbouncer'], 'pgbouncer')
  const folder = mkdtempSync(join(tmpdir(), 'roomful-pgbouncer-'))
  const user = postgresUser()
  if (user) chownSync(folder, user.uid, user.gid)
  const port = await freePort()
  const config = `[databases]
* = host=127.0.0.1 port=${postgresPort} user=roomful
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = 20
`
  const file = join(folder, 'pgbouncer.ini')
  writeFileSync(file, config)
  const pooler = new LocalProcess({
    command: join(bin, 'pgbouncer'),
    args: [file],
    folder,
    ready: /process up/,
    user,
    stopSignal: 'SIGTERM',
  })
  await pooler.start()
  return {
    through(url) {
      const pooled = new URL(url)
      pooled.port = String(port)
      return pooled.href
    },
    [Symbol.asyncDispose]: () => pooler.dispose(),
  }
}
