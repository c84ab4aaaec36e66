import type { Chat, WaitOptions } from '@roomful/client'
import { CliError } from './failure'
import type { RoomId } from './room-id'

/** The message that was named by its id, or by its seq in the room. */
export async function messageIdOf(
  chat: Chat,
  roomId: RoomId,
  typed: string,
  wait: WaitOptions = {},
): Promise<string> {
  const seq = /^#?(\d{1,15})$/.exec(typed)?.[1]
  if (seq === undefined) return typed
  const query = { roomId, afterSeq: Number(seq) - 1, limit: 1 }
  const found = Number(seq) < 1 ? undefined : (await chat.request('fetch-history', query, wait)).messages[0]
  if (found?.seq === Number(seq)) return found.id
  const advice = '`roomful tail --json` shows the seq and id of each'
  throw new CliError('MESSAGE_NOT_FOUND', `there is no message ${seq} in ${roomId}`, advice)
}
