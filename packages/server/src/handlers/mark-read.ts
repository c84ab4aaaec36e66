import { refuse } from '../core/refusal'
import type { Handler } from './handler'

/** Moves the read cursor forward, never back and never past the head (I6). Only a move is told to the others. */
export const markRead: Handler<'mark-read'> = async ({ store, bus, hub }, peer, { roomId, seq }) => {
  const read = await store.markRead(roomId, peer.userId, seq).catch((error: unknown) => {
    // It may have moved, and a repeat would find it there and tell nobody.
    hub.doubt(roomId)
    throw error
  })
  if (!read) return refuse('ROOM_NOT_FOUND')
  const { userId, id: lineId } = peer
  if (read.moved) bus.publish({ type: 'read', roomId, userId, seq: read.seq, lineId })
  return { ok: true, seq: read.seq, unread: read.unread }
}
