import { isBlank, type Metadata } from '@roomful/protocol'
import * as v from 'valibot'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { showsAddress, showsFiles } from '../core/shown-file'
import type { Services } from '../handlers/handler'
import type { Device } from '../hub/device'
import { isImage } from './file-kinds'
import { FILE_ID, type StoredFile } from './file-store'

const NAME_LENGTH = 255
/**
 * Characters that make a name misleading: line ends, controls, and overrides of direction. Direction marks occur in
 * real names.
 */
const NOT_IN_FILE_NAMES = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u
const pixels = v.exactOptional(v.pipe(v.number(), v.safeInteger(), v.minValue(1)))

/** The metadata of an image or a file. Other fields are the app's own. */
const Shown = v.object({
  fileId: v.pipe(v.string(), v.regex(FILE_ID)),
  /** The sender's name for it: to be shown, never to be trusted. */
  name: v.exactOptional(
    v.pipe(
      v.string(),
      v.maxLength(NAME_LENGTH),
      v.check((name) => !NOT_IN_FILE_NAMES.test(name) && !isBlank(name)),
    ),
  ),
  width: pixels,
  height: pixels,
})

/** The app's own id of a file that is stored elsewhere, if any: short, because it is looked up. */
const ForeignFile = v.optional(
  v.looseObject({
    fileId: v.optional(
      v.union([v.pipe(v.string(), v.maxLength(NAME_LENGTH)), v.number(), v.boolean(), v.null()]),
    ),
  }),
)

/**
 * Whether a message may show the file that it names: one its sender uploaded, or one already shown to them. Otherwise a
 * user who guesses an id could open a file by posting it to themselves. Missing and hidden get the same answer (P9).
 * Protocol 1 knows no uploads: an image there is a web address.
 */
export async function fileRefusal(
  { files, store }: Pick<Services, 'files' | 'store'>,
  device: Pick<Device, 'userId' | 'protocol'>,
  { type, metadata, content }: { type: string; metadata: Metadata | undefined; content: string },
): Promise<Refusal | undefined> {
  if (!showsFiles(type)) return undefined
  if (device.protocol === 1 && showsAddress({ type, content, ...(metadata ? { metadata } : {}) }))
    return undefined
  if (!files)
    return v.is(ForeignFile, metadata) ? undefined : refuse('INVALID_PAYLOAD', { field: 'metadata.fileId' })
  const shown = v.safeParse(Shown, metadata)
  if (!shown.success) return refuse('INVALID_PAYLOAD', { field: `metadata.${fieldOf(shown.issues)}` })
  const file = await files.find(shown.output.fileId)
  if (!file || !(await mayRead({ store }, device.userId, file)))
    return refuse('INVALID_PAYLOAD', { field: 'metadata.fileId' })
  return type === 'image' && !isImage(file.kind) ? refuse('INVALID_PAYLOAD', { field: 'type' }) : undefined
}

/** The uploader may, and every member of a room that shows it. */
export async function mayRead(
  { store }: Pick<Services, 'store'>,
  userId: StoredFile['ownerId'],
  file: StoredFile,
): Promise<boolean> {
  if (file.ownerId === userId) return true
  return store.read((reader) => reader.isFileShown(file.id, userId))
}

function fieldOf(issues: readonly v.BaseIssue<unknown>[]): string {
  const key = issues[0]?.path?.[0]?.key
  return typeof key === 'string' ? key : 'fileId'
}
