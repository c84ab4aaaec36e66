import { FILE_KIND_NAMES, FILE_KINDS, type FileKind, type FileKindName, kindOf } from './file-kinds'

/** Kinds that are accepted, each with its largest size in megabytes. */
export type FileKindLimits = { readonly [name in FileKindName]?: number }

export const MEGABYTE = 1024 * 1024
/** A phone's picture, or a long report. */
export const DEFAULT_FILE_MB = 10
/** What one PUT to an S3 bucket may have. */
export const MOST_FILE_MB = 5_000

/** The accepted kinds, and the largest size of each in bytes. */
export class KindLimits {
  readonly #bytes: ReadonlyMap<string, number>

  constructor(limits: FileKindLimits = EVERY_KIND, isPossible: (kind: FileKind) => boolean = () => true) {
    this.#bytes = new Map(
      FILE_KIND_NAMES.flatMap((name) => {
        const megabytes = limits[name]
        if (megabytes === undefined || !isPossible(kindOf(name))) return []
        return [[kindOf(name), Math.floor(megabytes * MEGABYTE)] as const]
      }),
    )
  }

  get kinds(): readonly FileKind[] {
    return FILE_KINDS.filter((kind) => this.#bytes.has(kind))
  }

  /** The largest size of any kind. */
  get most(): number {
    return Math.max(...this.#bytes.values())
  }

  /** The largest size of this kind, by its media type; undefined: it is not accepted. */
  of(kind: string): number | undefined {
    return this.#bytes.get(kind)
  }
}

const EVERY_KIND: FileKindLimits = Object.fromEntries(FILE_KIND_NAMES.map((name) => [name, DEFAULT_FILE_MB]))

/** The faults of `fileKinds`, one line each. */
export function kindProblems(limits: FileKindLimits): string[] {
  const entries = Object.entries(limits)
  if (entries.length === 0)
    return ['the kinds of files are none: to take no files set files to off (--file-kinds)']
  return entries.flatMap(([name, megabytes]) => {
    if (!FILE_KIND_NAMES.some((known) => known === name))
      return [`${name} is no kind of file: those are ${FILE_KIND_NAMES.join(', ')} (--file-kinds)`]
    return typeof megabytes === 'number' && megabytes > 0 && megabytes <= MOST_FILE_MB
      ? []
      : [`the size of ${name} must be above 0, and at most ${MOST_FILE_MB} megabytes (--file-kinds)`]
  })
}
