import { ChatError } from '../model/chat-error'
import type { UploadedFile } from '../model/outbox/upload-progress'
import type { FileServer } from './file-server'
import { sha256Of } from './sha256'

/** How this server takes files: by itself, or into its bucket; undefined until it was asked. */
export type Way = { known?: 'server' | 'bucket' }

type Upload = {
  /** Names the upload: a repeated try is the same file. */
  readonly key: string
  readonly file: Blob
  readonly signal: AbortSignal
  onSent(bytes: number): void
}

/** Kinds that browsers name as servers do: such a file may be refused before it is sent. */
const NAMED_ALIKE = /^(image\/(png|jpeg|gif|webp|avif|heic)|video\/(mp4|webm)|application\/(pdf|zip))$/

/**
 * One try to bring a file to the server:
 *
 *   ask ──"here"────▶ POST /files with the bytes
 *     ╰──"the bucket"──▶ hash ──▶ begin ──▶ PUT into the bucket ──▶ finish
 *
 * Rejects with the refusal, or when there was no answer. A file of a try whose answer was lost is that of the next one, by
 * the key.
 */
export async function uploadFile(server: FileServer, way: Way, upload: Upload): Promise<UploadedFile> {
  const { file, signal } = upload
  if (way.known === undefined) {
    const begun = await ask(server, upload)
    way.known = begun === 'wants the hash' ? 'bucket' : 'server'
  }
  if (way.known === 'bucket') {
    const begun = await ask(server, upload, await sha256Of(file, signal))
    if (typeof begun === 'object') return sendToBucket(server, begun, upload)
    // It is started again with a folder.
    way.known = 'server'
  }
  const answer = await server.call('', {
    ...{ method: 'POST', body: file },
    ...{ key: upload.key, signal, onSent: upload.onSent },
  })
  return fileIn(await read(answer))
}

async function sendToBucket(
  server: FileServer,
  { id, url, headers }: Begun,
  { file, signal, onSent }: Upload,
): Promise<UploadedFile> {
  await server.put(url, headers, { body: file, signal, onSent })
  return fileIn(await read(await server.call(`/uploads/${id}`, { method: 'POST', signal })))
}

type Begun = { readonly id: string; readonly url: string; readonly headers: Record<string, string> }

/** Refuses by what is announced: the size, and the kind where that says something. */
async function ask(
  server: FileServer,
  { key, file, signal }: Upload,
  sha256?: string,
): Promise<Begun | 'here' | 'wants the hash'> {
  const kind = NAMED_ALIKE.test(file.type) ? file.type : undefined
  const body = JSON.stringify({ size: file.size, kind, sha256 })
  try {
    return begunIn(await read(await server.call('/uploads', { method: 'POST', body, key, signal })))
  } catch (error) {
    const isHashMissing =
      error instanceof ChatError && error.code === 'INVALID_PAYLOAD' && error.field === 'sha256'
    if (isHashMissing && sha256 === undefined) return 'wants the hash'
    throw error
  }
}

const read = async (body: Blob): Promise<unknown> => JSON.parse(await body.text())

function begunIn(answer: unknown): Begun | 'here' {
  const upload = fieldOf(answer, 'upload')
  if (upload === null) return 'here'
  const [id, url, headers] = ['id', 'url', 'headers'].map((name) => fieldOf(upload, name))
  if (typeof id !== 'string' || typeof url !== 'string' || typeof headers !== 'object' || headers === null)
    throw unreadable()
  const texts = Object.entries(headers).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return { id, url, headers: Object.fromEntries(texts) }
}

function fileIn(answer: unknown): UploadedFile {
  const file = fieldOf(answer, 'file')
  const [id, kind, size] = ['id', 'kind', 'size'].map((name) => fieldOf(file, name))
  if (typeof id !== 'string' || typeof kind !== 'string' || typeof size !== 'number') throw unreadable()
  return { id, kind, size }
}

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** Something between here and the server answers in its place. */
const unreadable = (): ChatError => new ChatError('UNAVAILABLE', 'The answer is none of a chat server')
