import type { DeadLetter } from './dead-letters'
import { replayMessage } from './handle-message'
import { messageAt } from './message-at'
import type { Run } from './run'

/** Handles a dead letter again. False: it failed, or is not there any more. */
export async function replayLetter<S extends object>(run: Run<S>, letter: DeadLetter): Promise<boolean> {
  if (letter.kind === 'message') {
    const { roomId, seq, messageId } = letter
    const message = await messageAt(run.chat, { roomId, seq, id: messageId }, run.term.signal)
    return message !== undefined && (await replayMessage(run, message))
  }
  const { job, data, dueAt, id } = letter
  // Under its own key and time: what it has sent before it failed is not sent again.
  return run.scheduler.schedule(job, { at: new Date(dueAt), data, key: id.slice(`job ${job} `.length) })
}
