import * as v from 'valibot'
import { FILE_KIND_NAMES, type FileKindName } from './file-kinds'
import { DEFAULT_FILE_MB, type FileKindLimits, MOST_FILE_MB } from './kind-limits'

const NOT_KINDS = `must be kinds, each with a size in megabytes if it is not ${DEFAULT_FILE_MB}, as png,mp4:100: ${FILE_KIND_NAMES.join(', ')}`

/** `['png', 'mp4:100']` as `{ png: 10, mp4: 100 }`. */
export const kindSetting = v.pipe(
  v.array(
    v.pipe(
      v.string(NOT_KINDS),
      v.transform((word) => {
        const [, name, megabytes = String(DEFAULT_FILE_MB)] = /^(\w+)(?::(\d+(?:\.\d+)?))?$/.exec(word) ?? []
        return [name, Number(megabytes)] as const
      }),
      v.tuple(
        [
          v.picklist(FILE_KIND_NAMES, NOT_KINDS),
          v.pipe(
            v.number(),
            v.gtValue(0, NOT_KINDS),
            v.maxValue(MOST_FILE_MB, `must be at most ${MOST_FILE_MB} MB a kind`),
          ),
        ],
        NOT_KINDS,
      ),
    ),
    NOT_KINDS,
  ),
  v.minLength(1, NOT_KINDS),
  v.transform(
    (entries): FileKindLimits =>
      Object.fromEntries<number>(entries) satisfies { [name in FileKindName]?: number },
  ),
)
