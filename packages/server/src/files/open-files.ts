import { dirname, join } from 'node:path'
import type { Hono } from 'hono'
import { type FileRoutesDeps, fileRoutes } from '../http/files'
import { ConfigError, DEFAULTS, type ServerOptions } from '../options'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import type { FileStore } from './file-store'
import { KindLimits, kindProblems, MEGABYTE } from './kind-limits'
import { Staging } from './staging'
import { UploadQuota } from './upload-quota'
import { Uploads } from './uploads'

type OpenFilesDeps = {
  readonly database: string | undefined
  readonly clock: Clock
  readonly log: Log
  readonly isShown: (fileId: string) => Promise<boolean>
}

/** The uploads of a server: their store, and their part of its HTTP. */
export type Files = {
  readonly store: FileStore
  /** As far as this server knows. */
  bytesInAll(): number
  routes(app: Hono, deps: Omit<FileRoutesDeps, 'files' | 'uploads' | 'quota' | 'clock' | 'log'>): void
  /** Removes what is left of uploads that were cut off. */
  sweep(now: number): Promise<void>
}

/** Undefined: this server takes no uploads. Rejects with a ConfigError. */
export async function openFiles(options: ServerOptions, deps: OpenFilesDeps): Promise<Files | undefined> {
  const problems = options.fileKinds ? kindProblems(options.fileKinds) : []
  if (problems.length > 0) throw new ConfigError(problems)
  const store = await storeOf(options.files, deps.database)
  if (!store) return undefined
  const { clock, log, isShown } = deps
  const limits = new KindLimits(options.fileKinds)
  const staging = await Staging.open(store.incoming, clock.now())
  const uploads = new Uploads({ store, staging, limits, clock })
  const { uploadMbPerHour, uploadMbInAll } = { ...DEFAULTS, ...options.limits }
  const quota = new UploadQuota({
    ...{ files: store, clock, log, isShown },
    limits: {
      bytesPerHour: uploadMbPerHour * MEGABYTE,
      bytesInAll: uploadMbInAll * MEGABYTE,
      bytesOfOne: limits.most,
    },
  })
  return {
    store,
    bytesInAll: () => quota.bytesInAll,
    routes: (app, rest) => fileRoutes(app, { files: store, uploads, quota, clock, log, ...rest }),
    sweep: (now) => staging.sweep(now),
  }
}

/** The app's own, the named folder, or the folder beside a SQLite file. Otherwise none. */
async function storeOf(
  files: ServerOptions['files'],
  database: string | undefined,
): Promise<FileStore | undefined> {
  if (typeof files === 'object') return files
  const folder = files ?? besideSqlite(database)
  if (folder === false || folder === undefined) return undefined
  const { openFileFolder } = await import('./file-folder')
  return openFileFolder(folder)
}

function besideSqlite(database: string | undefined): string | undefined {
  if (!database?.startsWith('sqlite:')) return undefined
  return join(dirname(database.replace(/^sqlite:(\/\/(?=\/))?/, '')), 'files')
}
