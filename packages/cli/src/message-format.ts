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
  readonly metadata?: { readonly name?: unknown } | undefined
}

/** The output for one message; empty for what the format leaves out. */
export function formatMessage(message: FormattedMessage, format: MessageFormat): string {
  switch (format.kind) {
    case 'json':
      return `${visibleJson(jsonOf(message))}\n`
    case 'raw':
      return isWritten(message) ? `${format.terminal ? visible(message.content) : message.content}\n` : ''
    case 'null':
      return isWritten(message) ? `${format.terminal ? visible(message.content) : message.content}\0` : ''
    case 'text':
      return message.deleted ? '' : forPeople(message, format.colour)
  }
}

/** Written by a user and not deleted: what a script that compares contents wants. */
const isWritten = (message: FormattedMessage): boolean => !message.deleted && message.type !== 'system'

/** The fields of the wire's row, without what only a screen needs. */
function jsonOf(message: FormattedMessage): object {
  const { seq, id, senderId, senderName, type, content, createdAt, deleted } = message
  return { seq, id, senderId, senderName, type, content, createdAt, ...(deleted ? { deleted } : {}) }
}

/** A picture or file without a caption is shown by its name. */
function withoutCaption({ type, metadata }: FormattedMessage): string {
  const name = metadata?.name
  return typeof name === 'string' ? `[${type}: ${visibleLine(name)}]` : `[${type}]`
}

function forPeople(message: FormattedMessage, colour: boolean): string {
  const c = pc.createColors(colour)
  const time = message.createdAt.slice(11, 19)
  const text = visible(message.content === '' ? withoutCaption(message) : message.content).replace(/\n+$/, '')
  // Later lines are indented under the first, so that each message begins where a time stands.
  const indent = ' '.repeat(time.length + 1)
  const lines = text.replaceAll('\n', `\n${indent}`)
  if (message.type === 'system') return `${c.dim(`${time} ${lines}`)}\n`
  return `${c.dim(time)} ${c.bold(visibleLine(message.senderName))}: ${lines}\n`
}
