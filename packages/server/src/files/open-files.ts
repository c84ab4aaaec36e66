import { dirname, join } from 'node:path'
import type { Hono } from 'hono'
import { type FileRoutesDeps, fileRoutes } from '../http/files'
import { ConfigError, DEFAULTS, type ServerOptions } from '../options'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { DirectUploading } from './direct-uploads'
import { openFileFolder } from './file-folder'
import type { FileStore } from './file-store'
import { KindLimits, kindProblems, MEGABYTE } from './kind-limits'
import { isS3Address, s3OptionsFrom } from './s3/s3-address'
import { s3FileStore } from './s3/s3-file-store'
import { Staging } from './staging'
import { UploadQuota } from './upload-quota'
import { drawSuffix, Uploads } from './uploads'

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
  routes(app: Hono, deps: Pick<FileRoutesDeps, 'store' | 'identify' | 'ids' | 'rules'>): void
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
  const uploads = new Uploads({ store, staging, limits, onUpload: options.onUpload, clock, log })
  const { uploadMbPerHour, uploadMbInAll } = { ...DEFAULTS, ...options.limits }
  const quota = new UploadQuota({
    ...{ files: store, clock, log, isShown },
    limits: {
      bytesPerHour: uploadMbPerHour * MEGABYTE,
      bytesInAll: uploadMbInAll * MEGABYTE,
      bytesOfOne: limits.most,
    },
  })
  const { direct: directStore } = store
  const direct =
    directStore &&
    new DirectUploading({ ...{ store, uploads, quota, clock, log }, direct: directStore, draw: drawSuffix })
  const parts = { files: store, uploads, quota, clock, log, ...(direct ? { direct } : {}) }
  return {
    store,
    bytesInAll: () => quota.bytesInAll,
    routes: (app, rest) => fileRoutes(app, { ...parts, ...rest }),
    sweep: async (now) => {
      await staging.sweep(now)
      await direct?.sweep(now)
    },
  }
}

/** The app's own, the named bucket or folder, or the folder beside a SQLite file. Otherwise none. */
async function storeOf(
  files: ServerOptions['files'],
  database: string | undefined,
): Promise<FileStore | undefined> {
  if (typeof files === 'object') return files
  const folder = files ?? besideSqlite(database)
  if (folder === false || folder === undefined) return undefined
  if (isS3Address(folder)) return s3FileStore(s3OptionsFrom(folder, process.env))
  return openFileFolder(folder)
}

function besideSqlite(database: string | undefined): string | undefined {
  if (!database?.startsWith('sqlite:')) return undefined
  return join(dirname(database.replace(/^sqlite:(\/\/(?=\/))?/, '')), 'files')
}
