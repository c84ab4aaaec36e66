import type { Message, Stream } from '@roomful/protocol'
import type { Fold } from './fold'
import { isOwn } from './on-message'
import type { Op, Refusal } from './ops'
import { refuse } from './refusal'

/** Does it grow, or wait for the last words of its producer? */
export const isGrowing = ({ stream }: Pick<Message, 'stream'>): boolean =>
  stream !== undefined && (stream.state === 'streaming' || stream.closing === true)

/** What is growing is not edited: the next write would not continue it. */
export const growingRefusal = (message: Pick<Message, 'stream'>): Refusal | undefined =>
  isGrowing(message) ? refuse('STREAM_OPEN') : undefined

export function openedStream(fold: Fold, { replyTo, actor }: Extract<Op, { kind: 'send' }>): Stream {
  const answered = replyTo === null ? undefined : fold.message(replyTo)
  const asker = answered === undefined || isOwn(answered, actor) ? undefined : answered.senderId
  return { state: 'streaming', ...(asker === undefined ? {} : { for: asker }) }
}

export const runOf = ({ run = 0 }: Stream): number => run
