import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AsyncClosable } from '@roomful/protocol'
import { findBinaries } from './find-binary'
import { freePort, LocalProcess } from './local-process'

/** A real Redis for one test. It keeps nothing on disk: after a kill or a stop it starts empty. */
export interface TestRedis extends AsyncClosable {
  readonly port: number
  readonly url: string
  /** Undefined while it is down. */
  readonly pid: number | undefined
  /** kill -9: every connection drops, and all keys are gone. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts Redis in a temporary folder on a free port; stops it when disposed of.
 *
 * @example
 * const redis = await startRedis()
 * const postgres = await startPostgres()
 * const shared = { redis: redis.url, database: await postgres.createDatabase() }
 * const nodes = [await createTestServer(shared), await createTestServer(shared)]
 */
export async function startRedis(): Promise<TestRedis> {
  const bin = findBinaries(['redis-server'], 'redis-server')
  const folder = mkdtempSync(join(tmpdir(), 'roomful-redis-'))
  const port = await freePort()
  const server = new LocalProcess({
    command: join(bin, 'redis-server'),
    args: [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ],
    folder,
    ready: /Ready to accept connections/i,
    stopSignal: 'SIGTERM',
  })
  await server.start()
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    get pid() {
      return server.pid
    },
    kill: () => server.kill(),
    start: () => server.start(),
    stop: () => server.stop(),
    [Symbol.asyncDispose]: () => server.dispose(),
  }
}
