import type { Chat, ShownMessage } from '@roomful/client'

/** Where a message is. The id: in another history of the server the number is another message's. */
export type MessagePlace = { readonly roomId: string; readonly seq: number; readonly id: string }

/** The message there; undefined: it was deleted or purged, or never was in this history. */
export async function messageAt(
  chat: Chat,
  { roomId, seq, id }: MessagePlace,
  signal: AbortSignal,
): Promise<ShownMessage | undefined> {
  const page = await chat.request('fetch-history', { roomId, afterSeq: seq - 1, limit: 1 }, { signal })
  // Where it is not, a stream would wait for what comes next.
  if (page.messages[0]?.id !== id) return undefined
  for await (const message of chat.room(roomId).stream({ after: seq - 1, signal })) return message
  return undefined
}
