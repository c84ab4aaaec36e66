import type { Metadata } from './metadata'
import type { Message } from './rows'
import { contentProblem, isBlank, type TextProblem } from './text'

type Content = {
  readonly content: string
  readonly type?: string | undefined
  readonly metadata?: Metadata | undefined
  /** It grows, or has grown. */
  readonly stream?: unknown
}

/** Does this message show a file? Then its content is a caption. */
export const showsFile = ({ type, metadata }: Omit<Content, 'content'>): boolean =>
  (type === 'image' || type === 'file') && typeof metadata?.fileId === 'string'

/**
 * The rule for the content of a message: that of `contentProblem`, except that the caption of a file may be empty, and
 * a growing message blank.
 *
 * @example
 * messageProblem({ content: '', type: 'image', metadata: { fileId: 'f1' } }) // undefined
 * messageProblem({ content: '', type: 'text' }) // 'INVALID_CONTENT'
 */
export function messageProblem(message: Content): TextProblem | undefined {
  const { content } = message
  if (content === '' && showsFile(message)) return undefined
  const problem = contentProblem(content)
  const mayBeBlank = problem === 'INVALID_CONTENT' && message.stream !== undefined
  return mayBeBlank && isBlank(content) ? undefined : problem
}

/**
 * Does a message grow? Also while it waits for the last words of its producer (`stream.closing`), although its state is that
 * of its end already.
 *
 * @example
 * for await (const message of room.stream()) if (!isGrowing(message)) show(message.content)
 */
export const isGrowing = ({ stream }: Pick<Message, 'stream'>): boolean =>
  stream !== undefined && (stream.state === 'streaming' || stream.closing === true)
