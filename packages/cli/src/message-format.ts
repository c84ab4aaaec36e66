import pc from 'picocolors'
import { visible, visibleJson, visibleLine } from './visible'

/**
 * `text`: one line per message for people. `json`: one object a line. `raw`: the content and a newline. `null`: the
 * content and a NUL, which no message can contain, so that a reader can split it byte for byte.
 */
export type MessageFormat =
  | { readonly kind: 'text'; readonly colour: boolean }
  | { readonly kind: 'json' }
  /** `terminal`: a person reads the output, not a program. */
  | { readonly kind: 'raw'; readonly terminal?: boolean }
  | { readonly kind: 'null'; readonly terminal?: boolean }

export type FormattedMessage = {
  readonly id: string
  readonly seq: number
  readonly type: string
  readonly content: string
  readonly senderId: string
  readonly senderName: string
  readonly createdAt: string
  readonly deleted: boolean
  readonly metadata?: { readonly name?: unknown; readonly fileId?: unknown } | undefined
}

/** The output for one message; empty for what the format leaves out. `server`: under which its files are. */
export function formatMessage(message: FormattedMessage, format: MessageFormat, server?: string): string {
  switch (format.kind) {
    case 'json':
      return `${visibleJson(jsonOf(message, server))}\n`
    case 'raw':
      return isWritten(message) ? `${format.terminal ? visible(message.content) : message.content}\n` : ''
    case 'null':
      return isWritten(message) ? `${format.terminal ? visible(message.content) : message.content}\0` : ''
    case 'text':
      return message.deleted ? '' : forPeople(message, format.colour, server)
  }
}

/** Written by a user and not deleted: what a script that compares contents wants. */
const isWritten = (message: FormattedMessage): boolean => !message.deleted && message.type !== 'system'

/** The fields of the wire's row, without what only a screen needs. */
function jsonOf(message: FormattedMessage, server: string | undefined): object {
  const { seq, id, senderId, senderName, type, content, createdAt, deleted } = message
  const file = fileOf(message, server)
  return {
    ...{ seq, id, senderId, senderName, type, content, createdAt },
    ...(file ? { file } : {}),
    ...(deleted ? { deleted } : {}),
  }
}

/** The file that a message shows: what its sender calls it, and where it is. */
function fileOf(
  { type, metadata }: FormattedMessage,
  server: string | undefined,
): { readonly name?: string; readonly url?: string } | undefined {
  const { name, fileId } = metadata ?? {}
  if (type !== 'image' && type !== 'file') return undefined
  const url = typeof fileId === 'string' && server !== undefined ? addressOf(server, fileId) : undefined
  return { ...(typeof name === 'string' && { name }), ...(url !== undefined && { url }) }
}

const addressOf = (server: string, fileId: string): string =>
  `${server.replace(/\/+$/, '')}/files/${encodeURIComponent(fileId)}`

/** A picture or file is shown by its name and its address, under its caption. */
function textOf(message: FormattedMessage, server: string | undefined): string {
  const file = fileOf(message, server)
  if (file === undefined) return message.content
  const name = file.name === undefined ? '' : `: ${visibleLine(file.name)}`
  const shown = `[${message.type}${name}]${file.url === undefined ? '' : ` ${file.url}`}`
  return message.content === '' ? shown : `${message.content}\n${shown}`
}

function forPeople(message: FormattedMessage, colour: boolean, server: string | undefined): string {
  const c = pc.createColors(colour)
  const time = message.createdAt.slice(11, 19)
  const text = visible(textOf(message, server)).replace(/\n+$/, '')
  // Later lines are indented under the first, so that each message begins where a time stands.
  const indent = ' '.repeat(time.length + 1)
  const lines = text.replaceAll('\n', `\n${indent}`)
  if (message.type === 'system') return `${c.dim(`${time} ${lines}`)}\n`
  return `${c.dim(time)} ${c.bold(visibleLine(message.senderName))}: ${lines}\n`
}
