import type { FetchHistory } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { fetchHistory as readPage } from '../pipeline/history'
import { readFor } from './device-reads'
import type { Handler } from './handler'

export const fetchHistory: Handler<'fetch-history'> = async (services, peer, payload) => {
  const grant = services.hub.beginGrant(peer.userId)
  try {
    const query = peer.protocol === 1 ? asReference(payload) : payload
    const page = await readFor(services, peer, (reader) => readPage(reader, peer.userId, query))
    // Removed while the page was read: he has been told so, and nothing of the room may follow (I14).
    return page.ok && grant.isRemoved(payload.roomId) ? refuse('ROOM_NOT_FOUND') : page
  } finally {
    grant.end()
  }
}

/** In the reference `beforeSeq: 0` is as good as none. */
function asReference({ beforeSeq, ...rest }: FetchHistory): FetchHistory {
  return beforeSeq === undefined || beforeSeq === null || beforeSeq === 0 ? rest : { ...rest, beforeSeq }
}
