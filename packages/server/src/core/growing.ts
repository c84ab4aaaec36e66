import { isGrowing, type Message, type Stream } from '@roomful/protocol'
import type { Fold } from './fold'
import { isOwn } from './on-message'
import type { Op, Refusal } from './ops'
import { refuse } from './refusal'

/** What is growing is not edited: the next write would not continue it. */
export const growingRefusal = (message: Pick<Message, 'stream'>): Refusal | undefined =>
  isGrowing(message) ? refuse('STREAM_OPEN') : undefined

export function openedStream(fold: Fold, { replyTo, actor }: Extract<Op, { kind: 'send' }>): Stream {
  const answered = replyTo === null ? undefined : fold.message(replyTo)
  const asker = answered === undefined || isOwn(answered, actor) ? undefined : answered.senderId
  return { state: 'streaming', ...(asker === undefined ? {} : { for: asker }) }
}

export const runOf = ({ run = 0 }: Stream): number => run
