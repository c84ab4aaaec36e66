import type { Metadata } from '@roomful/protocol'
import { isBlank, isStorableText } from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'
import type { PendingFile } from '../model/outbox/entry'
import { entryOf } from '../model/outbox/outbox'
import { ownRow } from '../model/rows/own-rows'
import { at, seqOf } from '../model/rows/timeline'
import type { FileOptions, LoadFileOptions, Room } from '../room'
import { type Draft, readDraft } from './app-values'
import type { HandleRoom } from './handle-context'
import { ignoreRejection, limited } from './limits'

const NAME_LENGTH = 255
/** What the server refuses in the name of a file: what makes it misleading. */
const NOT_IN_NAMES = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

export type DraftFile = { readonly blob: Blob; readonly upload: PendingFile; readonly metadata: Metadata }

/** What `sendFile` is given, each field read once. With a problem the message is shown as failed, as far as it could be read. */
export function readFile(
  file: unknown,
  options: FileOptions,
): { readonly draft: Draft; readonly file?: DraftFile; readonly problem?: ChatError } {
  const refused = (code: 'INVALID_PAYLOAD' | 'INVALID_CONTENT', text: string): ChatError =>
    new ChatError(code, text, { field: 'file' })
  const { content = '', replyTo, name } = options ?? {}
  const draft = readDraft({ content, ...(replyTo === undefined ? {} : { replyTo }), type: 'file' })
  if (!isBlob(file)) return { draft, problem: draft.problem ?? refused('INVALID_PAYLOAD', 'file is no Blob') }
  const upload = { size: file.size, kind: file.type }
  const shownName = nameOf(name ?? Reflect.get(file, 'name'))
  const metadata = {
    ...(shownName === undefined ? {} : { name: shownName }),
    size: upload.size,
    ...(upload.kind === '' ? {} : { kind: upload.kind }),
  }
  const type = upload.kind.startsWith('image/') ? 'image' : 'file'
  const problem =
    draft.problem ?? (upload.size === 0 ? refused('INVALID_CONTENT', 'The file is empty') : undefined)
  return { draft: { ...draft, type }, file: { blob: file, upload, metadata }, ...(problem && { problem }) }
}

export const noFilesError = (): ChatError =>
  new ChatError('PROTOCOL_UNSUPPORTED', 'Servers of protocol 1 take no files')

/** Of any realm: a frame's Blob is none of this window's. */
const isBlob = (value: unknown): value is Blob =>
  typeof value === 'object' &&
  value !== null &&
  ['slice', 'stream', 'arrayBuffer'].every((name) => typeof Reflect.get(value, name) === 'function') &&
  typeof Reflect.get(value, 'size') === 'number' &&
  typeof Reflect.get(value, 'type') === 'string'

/** As it may be shown: without what the server refuses. */
function nameOf(given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined
  // From its end: there is the extension.
  const name = given.replace(NOT_IN_NAMES, '').slice(-NAME_LENGTH)
  return isBlank(name) || !isStorableText(name) ? undefined : name
}

/** The bytes of the file that a message shows: those on this device, or the server's. */
export function createFileLoading({ engine, uploads, slot }: HandleRoom): Room['loadFile'] {
  const load = async (id: string, size: LoadFileOptions['size'], signal: AbortSignal): Promise<Blob> => {
    const { model } = slot
    const entry = entryOf(model.outbox, id)
    if (entry?.kind === 'send' && entry.upload)
      return await uploads.find(id).catch((cause: unknown) => {
        throw cause instanceof ChatError
          ? cause
          : new ChatError('FILE_LOST', 'It could not be read', { cause })
      })
    const seq = seqOf(model.rows.timeline, id)
    const row =
      entry?.kind === 'send' ? entry : seq === undefined ? ownRow(model, id) : at(model.rows.timeline, seq)
    const fileId = row?.metadata?.fileId
    if (typeof fileId !== 'string')
      throw new ChatError('MESSAGE_NOT_FOUND', 'No message that is loaded shows a file by this id')
    try {
      return await uploads.download(fileId, size, signal)
    } catch (cause) {
      throw cause instanceof ChatError
        ? cause
        : new ChatError('OFFLINE', 'The file could not be loaded', { cause })
    }
  }

  return (id, options = {}) =>
    ignoreRejection(
      limited<Blob>(engine.clock, options, (resolve, reject) => {
        const abort = new AbortController()
        const { observers } = engine.store.chatTopic
        // The end of the chat ends its timers too: nothing else would end this.
        const look = (): void => {
          const over = engine.over()
          if (over) reject(over)
        }
        observers.add(look)
        look()
        if (!engine.over()) load(String(id), options?.size, abort.signal).then(resolve, reject)
        return () => {
          observers.delete(look)
          abort.abort()
        }
      }),
    )
}
