import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { EnterRoom } from './member'

export type ContenderName =
  | 'Roomful'
  | 'literal handler'
  | 'ejabberd'
  | 'prosody'
  | 'NATS JetStream'
  | 'bare Socket.IO'

/** A server that runs, with its data in a folder that goes with it. */
export interface RunningServer {
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

export type Contender = {
  readonly name: ContenderName
  /** What an acknowledged message has survived, and what else a reader has to know to compare. */
  readonly note: string
  /** What to install where it is not: Debian's packages. */
  readonly debian?: readonly string[]
  readonly enter: EnterRoom
  version(): string
  start(folder: string): Promise<RunningServer>
}

/** It ends a measurement that hangs, such as on an answer that never comes: an idle machine needs a tenth of it. */
const WORK_MAX_MS = 5 * 60_000

/** Starts it on data that nothing else uses. */
export async function withServer<T>(
  contender: Contender,
  work: (server: RunningServer) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-bench-'))
  try {
    const server = await contender.start(folder)
    try {
      return await Promise.race([work(server), overdue()])
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function overdue(): Promise<never> {
  await delay(WORK_MAX_MS, undefined, { ref: false })
  throw new Error(`it took more than ${WORK_MAX_MS / 60_000} minutes`)
}

/** The installed version of a Debian package. Throws if there is none. */
export function debianVersion(name: string): string {
  return execFileSync('dpkg-query', ['-W', '-f', '$' + '{Version}', name], {
    encoding: 'utf8',
    stdio: 'pipe',
  })
}
