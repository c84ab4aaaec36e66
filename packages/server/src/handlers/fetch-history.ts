import type { FetchHistory } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { fetchHistory as readPage } from '../pipeline/history'
import { appRefusal } from '../rules/ask-about'
import { readFor } from './device-reads'
import type { Handler } from './handler'

export const fetchHistory: Handler<'fetch-history'> = async (services, device, payload) => {
  const refused = await appRefusal(services, device.identity, 'read', payload)
  if (refused) return refused
  const grant = services.hub.beginGrant(device.userId)
  try {
    const isReference = device.protocol === 1
    const query = isReference ? asReference(payload) : payload
    // In protocol 1 a page with fewer rows than its limit is the last one, so no row may be left out.
    const characters = isReference ? Infinity : undefined
    const page = await readFor(services, device, (reader) =>
      readPage(reader, device.userId, query, characters),
    )
    // Removed while the page was read: the device has been notified, and nothing of the room may follow (I14).
    return page.ok && grant.isRemoved(payload.roomId) ? refuse('ROOM_NOT_FOUND') : page
  } finally {
    grant.end()
  }
}

/** In protocol 1 `beforeSeq: 0` means none. */
function asReference({ beforeSeq, ...rest }: FetchHistory): FetchHistory {
  return beforeSeq === undefined || beforeSeq === null || beforeSeq === 0 ? rest : { ...rest, beforeSeq }
}
