import { asMessageId, asRoomId } from '@roomful/protocol'
import type { Identity } from '../auth/identity'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Services } from '../handlers/handler'
import { StoreError } from '../stores/port'

/** Makes the user known, so that others can invite him, and lets him into the rooms that everybody is in. */
export async function welcome(
  services: Services,
  identity: Identity,
  defaultRooms: readonly string[],
): Promise<Refusal | undefined> {
  const { store, log } = services
  try {
    const { id, name } = identity
    const known = await store.read((reader) => reader.user(id))
    // A thousand devices that come back after a restart are not a thousand writes.
    if (known?.name !== name) await store.putUser({ id, name })
    await joinDefaultRooms(services, identity, defaultRooms)
    return undefined
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    log.warn({ err: error }, 'a user could not be welcomed')
    return refuse(error.code)
  }
}

/** At the first time only: whoever left such a room, or was removed, has a row in it and stays outside. */
async function joinDefaultRooms(
  { store, pipeline, clock, ids }: Services,
  { id, name, admin }: Identity,
  defaultRooms: readonly string[],
): Promise<void> {
  if (defaultRooms.length === 0) return
  const found = await store.read((reader) => reader.memberships(id, defaultRooms.map(asRoomId)))
  const fresh = found.filter(({ member }) => member === undefined)
  const at = clock.now()
  await Promise.all(
    fresh.map(({ room }) => {
      const messageId = asMessageId(ids.uuid(at))
      const actor = { id, name, admin }
      return pipeline.submit(room.id, { kind: 'join', silent: true, actor, at, messageId })
    }),
  )
}
