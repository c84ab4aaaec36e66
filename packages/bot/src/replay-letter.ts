import type { ShownMessage } from '@roomful/client'
import type { DeadLetter } from './dead-letters'
import { replayMessage } from './handle-message'
import type { Run } from './run'

/** Handles a dead letter again. False: it failed, or is not there any more. */
export async function replayLetter<S extends object>(run: Run<S>, letter: DeadLetter): Promise<boolean> {
  if (letter.kind === 'message') {
    const message = await messageOf(run, letter)
    return message !== undefined && (await replayMessage(run, message))
  }
  const { job, data, dueAt, id } = letter
  // Under its own key and time: what it has sent before it failed is not sent again.
  await run.scheduler.schedule(job, { at: new Date(dueAt), data, key: id.slice(`job ${job} `.length) })
  return true
}

async function messageOf<S extends object>(
  { chat, term }: Run<S>,
  { roomId, seq, messageId }: Extract<DeadLetter, { kind: 'message' }>,
): Promise<ShownMessage | undefined> {
  const { signal } = term
  const page = await chat.request('fetch-history', { roomId, afterSeq: seq - 1, limit: 1 }, { signal })
  // Deleted, purged, or another history: a stream would wait for what comes next.
  if (page.messages[0]?.id !== messageId) return undefined
  for await (const message of chat.room(roomId).stream({ after: seq - 1, signal })) return message
  return undefined
}
