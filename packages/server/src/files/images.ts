import { ConfigError } from '../options'
import type { FileKind } from './file-kinds'
import type { ThumbnailSize } from './file-store'

/** What is done to pictures, one at a time: see PictureTurns. Undefined: the file is no picture that can be read. */
export interface Images {
  /** The same picture, upright, without anything that says where, when and by whom it was made. */
  stripped(path: string, kind: PictureKind): Promise<Uint8Array | undefined>
  /** A WebP picture, no larger than the original; of an animation, the first frame. */
  thumbnail(path: string, size: ThumbnailSize): Promise<Uint8Array | undefined>
}

/** What sharp's own builds read and write. HEIC is not, for its patents. */
const FORMATS = {
  'image/png': 'png',
  'image/jpeg': 'jpeg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
} as const
export type PictureKind = keyof typeof FORMATS

export const isPicture = (kind: FileKind): kind is PictureKind => Object.hasOwn(FORMATS, kind)

/** A phone takes 50 million; four bytes each, one picture at a time. */
const PIXELS_MAX = 64_000_000
const SECONDS_MAX = 30
/** Hardly to be distinguished from the original. */
const QUALITY = 90
const THUMBNAIL_QUALITY = 80

/** By the package `sharp`, which is loaded here only. `needing`: the settings that need it. Rejects with a ConfigError. */
export async function openImages(needing: readonly string[], load = () => import('sharp')): Promise<Images> {
  const { default: sharp } = await load().catch((cause: unknown) => {
    throw missing(needing, cause)
  })
  const limits = { limitInputPixels: PIXELS_MAX, failOn: 'error' } as const
  // Whatever sharp says, it is about this one file.
  const ifReadable = (work: () => Promise<Uint8Array>): Promise<Uint8Array | undefined> =>
    work().catch(() => undefined)
  return {
    stripped: (path, kind) =>
      ifReadable(() => {
        const picture = sharp(path, { ...limits, animated: kind === 'image/gif' || kind === 'image/webp' })
        // A GIF has no orientation, and frames cannot be turned.
        const upright = kind === 'image/gif' ? picture : picture.rotate()
        return upright
          .keepIccProfile()
          .toFormat(FORMATS[kind], { quality: QUALITY })
          .timeout({ seconds: SECONDS_MAX })
          .toBuffer()
      }),
    thumbnail: (path, size) =>
      ifReadable(() =>
        sharp(path, limits)
          .rotate()
          .resize({ width: size, height: size, fit: 'inside', withoutEnlargement: true })
          .webp({ quality: THUMBNAIL_QUALITY })
          .timeout({ seconds: SECONDS_MAX })
          .toBuffer(),
      ),
  }
}

function missing(needing: readonly string[], cause: unknown): ConfigError {
  const why = cause instanceof Error && 'code' in cause && cause.code === 'ERR_MODULE_NOT_FOUND'
  const problem = why ? 'is not installed: npm install sharp' : 'could not be loaded'
  return Object.assign(new ConfigError([`${needing.join(', ')}: the package sharp ${problem}`]), { cause })
}
