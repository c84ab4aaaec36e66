import type { Message } from '@roomful/protocol'

/** Message types that show a file; their metadata name it as `fileId`. */
const FILE_TYPES: ReadonlySet<string> = new Set(['image', 'file'])

export const showsFiles = (type: string): boolean => FILE_TYPES.has(type)

/** An address that a page may load a picture from: none that runs code, or that means something else elsewhere. */
export const isWebAddress = (text: string): boolean => /^https?:\/\/[^\s/?#]+\S*$/i.test(text)

/** Protocol 1 shows a picture by its address, which is the content. */
export const showsAddress = ({
  type,
  content,
  metadata,
}: Pick<Message, 'type' | 'content' | 'metadata'>): boolean =>
  type === 'image' && metadata?.fileId === undefined && isWebAddress(content)

/** The file that a message shows; a tombstone shows none. */
export function shownFile(message: Pick<Message, 'type' | 'metadata' | 'deleted'>): string | undefined {
  const fileId = showsFiles(message.type) && !message.deleted ? message.metadata?.fileId : undefined
  return typeof fileId === 'string' ? fileId : undefined
}

export const shows = (message: Pick<Message, 'type' | 'metadata' | 'deleted'>, fileId: string): boolean =>
  shownFile(message) === fileId
