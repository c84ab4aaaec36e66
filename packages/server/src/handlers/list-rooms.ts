import { LIMITS } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { readFor } from './device-reads'
import type { Handler } from './handler'

/** Public rooms by name; `next` is the position of the last one, which stays valid when rooms are made or deleted. */
export const listRooms: Handler<'list-rooms'> = async (services, device, payload) => {
  const { query, after, limit = LIMITS.roomsPage } = payload
  const place = after === undefined ? undefined : placeFrom(after)
  if (after !== undefined && !place) return refuse('INVALID_PAYLOAD', { field: 'after' })
  const refused = await services.rules.refusalOf(device.identity, 'search-rooms')
  if (refused) return refused
  const search = { ...(query === undefined ? {} : { query }), ...(place ? { after: place } : {}) }
  const rooms = await readFor(services, device, (reader) => reader.publicRooms({ ...search, limit }))
  const last = rooms.at(-1)
  const next = last && rooms.length === limit ? { next: `${last.id} ${last.name}` } : {}
  return { ok: true, rooms: [...rooms], ...next }
}

/** Ids hold no space; names may. */
function placeFrom(after: string): { id: string; name: string } | undefined {
  const space = after.indexOf(' ')
  return space > 0 ? { id: after.slice(0, space), name: after.slice(space + 1) } : undefined
}
