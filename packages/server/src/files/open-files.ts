import { dirname, join } from 'node:path'
import type { Hono } from 'hono'
import { type FileRoutesDeps, fileRoutes } from '../http/files'
import { ConfigError, DEFAULTS, type ServerOptions } from '../options'
import type { Clock } from '../ports/clock'
import type { Log } from '../ports/log'
import { DirectUploading } from './direct-uploads'
import { openFileFolder } from './file-folder'
import { type FileKind, isImage } from './file-kinds'
import type { FileStore } from './file-store'
import { type Images, isPicture, openImages } from './images'
import { KindLimits, kindProblems, MEGABYTE } from './kind-limits'
import { PictureTurns } from './picture-turns'
import { isS3Address, s3OptionsFrom } from './s3/s3-address'
import { s3FileStore } from './s3/s3-file-store'
import { Staging } from './staging'
import { Thumbnails } from './thumbnails'
import { UploadQuota } from './upload-quota'
import { suffixOf, Uploads } from './uploads'

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
  sweep(now: number, isStopped: () => boolean): Promise<void>
}

/** Undefined: this server takes no uploads. Rejects with a ConfigError. */
export async function openFiles(options: ServerOptions, deps: OpenFilesDeps): Promise<Files | undefined> {
  const { fileKinds, stripImageMetadata = false, thumbnails: hasThumbnails = false } = options
  const problems = fileKinds ? kindProblems(fileKinds) : []
  if (stripImageMetadata && fileKinds?.heic !== undefined) problems.push(NO_HEIC)
  if (problems.length > 0) throw new ConfigError(problems)
  const store = await storeOf(options.files, deps.database)
  if (!store) return undefined
  const { clock, log, isShown } = deps
  const images = await imagesFor(options)
  // Those whose metadata nothing can take away are not accepted.
  const limits = new KindLimits(fileKinds, stripImageMetadata ? isStrippable : () => true)
  const staging = await Staging.open(store.incoming, clock.now())
  const { onUpload } = options
  const stripping = stripImageMetadata ? images : undefined
  const turns = new PictureTurns(clock)
  const uploads = new Uploads({ store, staging, limits, onUpload, stripping, turns, clock, log })
  const thumbnails = hasThumbnails && images && new Thumbnails({ store, staging, images, turns })
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
    new DirectUploading({ ...{ store, uploads, quota, clock, log }, direct: directStore, suffixOf })
  const optional = { ...(direct ? { direct } : {}), ...(thumbnails ? { thumbnails } : {}) }
  const parts = { files: store, uploads, quota, clock, log, ...optional }
  return {
    store,
    bytesInAll: () => quota.bytesInAll,
    routes: (app, rest) => fileRoutes(app, { ...parts, ...rest }),
    sweep: async (now, isStopped) => {
      await staging.sweep(now)
      await direct?.sweep(now, isStopped)
    },
  }
}

const NO_HEIC =
  'the metadata of heic cannot be taken away: leave it out of the kinds of files (--strip-image-metadata, --file-kinds)'

const isStrippable = (kind: FileKind): boolean => !isImage(kind) || isPicture(kind)

/** Loaded only where a setting needs it. */
async function imagesFor({ stripImageMetadata, thumbnails }: ServerOptions): Promise<Images | undefined> {
  const needing = [
    ...(stripImageMetadata ? ['--strip-image-metadata'] : []),
    ...(thumbnails ? ['--thumbnails'] : []),
  ]
  return needing.length > 0 ? openImages(needing) : undefined
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
