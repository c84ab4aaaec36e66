import { type FileKind, kindDetected } from './file-kinds'
import type { Staged } from './staging'

/** The kind by the content, whatever its name or sender states. Undefined: none that may be uploaded. */
export async function detectKind({ path, isText }: Staged): Promise<FileKind | undefined> {
  // Loaded with the first upload: a server's start does not wait for it.
  const { fileTypeFromFile } = await import('file-type')
  const detected = await fileTypeFromFile(path)
  const kind = detected && kindDetected(detected.ext)
  // What else begins like a format of its own, as XML does, and is text, is served as text.
  return kind ?? (isText ? 'text/plain' : undefined)
}
