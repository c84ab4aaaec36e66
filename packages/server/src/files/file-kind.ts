/** What may be uploaded. SVG and HTML are not included: both may run scripts, and count as text here at most. */
export type FileKind =
  | 'image/png'
  | 'image/jpeg'
  | 'image/gif'
  | 'image/webp'
  | 'application/pdf'
  | 'text/plain'

/** Bytes that suffice to identify the kind. */
export const KIND_BYTES = 12

const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  String.fromCharCode(...bytes.subarray(from, to))

/** The kind by the file's first bytes, whatever its name or sender states. Undefined: none of the binary kinds. */
export function kindByMagic(bytes: Uint8Array): FileKind | undefined {
  if (ascii(bytes, 0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png'
  if (ascii(bytes, 0, 3) === '\xff\xd8\xff') return 'image/jpeg'
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'image/gif'
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'image/webp'
  if (ascii(bytes, 0, 5) === '%PDF-') return 'application/pdf'
  return undefined
}

export const isImage = (kind: FileKind): boolean => kind.startsWith('image/')

export const EXTENSIONS = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'application/pdf': 'pdf',
  'text/plain': 'txt',
} as const satisfies Record<FileKind, string>

/** Checks that all of it is text: UTF-8, and no control characters but white space. Fed in chunks. */
export class TextCheck {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #isText = true

  add(piece: Uint8Array): void {
    this.#take(() => this.#decoder.decode(piece, { stream: true }))
  }

  end(): boolean {
    this.#take(() => this.#decoder.decode())
    return this.#isText
  }

  #take(decode: () => string): void {
    if (!this.#isText) return
    try {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
      this.#isText = !/[\0-\x08\x0b\x0e-\x1f\x7f]/.test(decode())
    } catch {
      this.#isText = false
    }
  }
}
