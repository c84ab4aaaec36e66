import type { Metadata } from './metadata'
import { contentProblem, type TextProblem } from './text'

type Content = {
  readonly content: string
  readonly type?: string | undefined
  readonly metadata?: Metadata | undefined
}

/** Does this message show a file? Then its content is a caption. */
export const showsFile = ({ type, metadata }: Omit<Content, 'content'>): boolean =>
  (type === 'image' || type === 'file') && typeof metadata?.fileId === 'string'

/**
 * The rule for the content of a message: that of `contentProblem`, except that the caption of a file may be empty.
 *
 * @example
 * messageProblem({ content: '', type: 'image', metadata: { fileId: 'f1' } }) // undefined
 * messageProblem({ content: '', type: 'text' }) // 'INVALID_CONTENT'
 */
export const messageProblem = (message: Content): TextProblem | undefined =>
  message.content === '' && showsFile(message) ? undefined : contentProblem(message.content)
