/** How browsers handle a kind: `image`, `video` and `audio` are shown in a page, a `document` is only ever saved. */
type Shown = 'image' | 'video' | 'audio' | 'document'

type KindFacts = {
  /** The media type that it is served with. */
  readonly type: string
  /** The extension of a saved file. */
  readonly extension: string
  readonly shown: Shown
  /** What the `file-type` package calls it; text has no first bytes to know it by. */
  readonly detected: readonly string[]
}

const OFFICE = 'application/vnd.openxmlformats-officedocument'

/** What may be uploaded at all. SVG and HTML are not here: both may run scripts, and count as text at most. */
const KINDS = {
  png: { type: 'image/png', extension: 'png', shown: 'image', detected: ['png', 'apng'] },
  jpeg: { type: 'image/jpeg', extension: 'jpg', shown: 'image', detected: ['jpg'] },
  gif: { type: 'image/gif', extension: 'gif', shown: 'image', detected: ['gif'] },
  webp: { type: 'image/webp', extension: 'webp', shown: 'image', detected: ['webp'] },
  avif: { type: 'image/avif', extension: 'avif', shown: 'image', detected: ['avif'] },
  heic: { type: 'image/heic', extension: 'heic', shown: 'image', detected: ['heic'] },
  pdf: { type: 'application/pdf', extension: 'pdf', shown: 'document', detected: ['pdf'] },
  mp4: { type: 'video/mp4', extension: 'mp4', shown: 'video', detected: ['mp4', 'm4v'] },
  webm: { type: 'video/webm', extension: 'webm', shown: 'video', detected: ['webm'] },
  mp3: { type: 'audio/mpeg', extension: 'mp3', shown: 'audio', detected: ['mp3'] },
  ogg: { type: 'audio/ogg', extension: 'ogg', shown: 'audio', detected: ['ogg', 'oga', 'opus'] },
  m4a: { type: 'audio/mp4', extension: 'm4a', shown: 'audio', detected: ['m4a'] },
  zip: { type: 'application/zip', extension: 'zip', shown: 'document', detected: ['zip'] },
  docx: {
    type: `${OFFICE}.wordprocessingml.document`,
    extension: 'docx',
    shown: 'document',
    detected: ['docx'],
  },
  xlsx: { type: `${OFFICE}.spreadsheetml.sheet`, extension: 'xlsx', shown: 'document', detected: ['xlsx'] },
  pptx: {
    type: `${OFFICE}.presentationml.presentation`,
    extension: 'pptx',
    shown: 'document',
    detected: ['pptx'],
  },
  text: { type: 'text/plain', extension: 'txt', shown: 'document', detected: [] },
} as const satisfies Record<string, KindFacts>

/** The short name of a kind, as in `--file-kinds`. */
export type FileKindName = keyof typeof KINDS
/** The media type of a kind, as in answers and headers. */
export type FileKind = (typeof KINDS)[FileKindName]['type']

const isKindName = (name: string): name is FileKindName => Object.hasOwn(KINDS, name)

/** In the order in which refusals list them. */
export const FILE_KIND_NAMES: readonly FileKindName[] = Object.keys(KINDS).filter(isKindName)
const ALL = FILE_KIND_NAMES.map((name) => KINDS[name])
export const FILE_KINDS: readonly FileKind[] = ALL.map(({ type }) => type)

export const kindOf = (name: FileKindName): FileKind => KINDS[name].type

const factsOf = (kind: FileKind): KindFacts => {
  const facts = ALL.find(({ type }) => type === kind)
  if (!facts) throw new Error(`${kind} is no kind of file`)
  return facts
}

export const isImage = (kind: FileKind): boolean => factsOf(kind).shown === 'image'

/** The kind that `file-type` detected by this extension. Undefined: none that may be uploaded. */
export const kindDetected = (extension: string): FileKind | undefined =>
  ALL.find(({ detected }: KindFacts) => detected.includes(extension))?.type

/** The headers that say what a file is, and that nothing but pictures, films and sounds opens in a page. */
export function shownAs(kind: FileKind, id: string): { contentType: string; disposition: string } {
  const { extension, shown } = factsOf(kind)
  return {
    contentType: kind === 'text/plain' ? 'text/plain; charset=utf-8' : kind,
    disposition: shown === 'document' ? `attachment; filename="${id.slice(-16)}.${extension}"` : 'inline',
  }
}
