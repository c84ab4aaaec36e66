import { asMessageId, type Room, type RoomId } from '@roomful/protocol'
import { refuse } from '../core/refusal'
import { SERVER_ACTOR } from '../core/server-actor'
import type { Services } from '../handlers/handler'
import { roomAck } from '../handlers/outcome-ack'
import { mayBeDone, type Reader, StoreError } from '../stores/port'
import { operation } from './operation'
import { GetRoom, RoomAnswer, UpsertedRoom, UpsertRoom } from './schemas'

export const rooms = {
  'rooms.upsert': operation({
    method: 'PUT',
    path: '/v1/rooms/{roomId}',
    scope: 'rooms:write',
    summary: 'Makes a room under an id of your own, without members, or changes the one that is there.',
    request: UpsertRoom,
    answer: UpsertedRoom,
    refusals: [],
    run: async ({ services }, { roomId, name, type, metadata, settings }) => {
      const made = await create(services, {
        id: roomId,
        name,
        type,
        metadata: metadata ?? {},
        settings: settings ?? {},
      })
      if (made === 'deleted') return refuse('INVALID_PAYLOAD', { field: 'roomId' })
      if (made.created) return made
      // What a room is for never changes: its members rely on it.
      if (made.room.type !== type) return refuse('INVALID_PAYLOAD', { field: 'type' })
      const at = services.clock.now()
      const messageId = asMessageId(services.ids.uuid(at))
      const changes = { name, ...(metadata ? { metadata } : {}), ...(settings ? { settings } : {}) }
      const op = { kind: 'update-room', actor: SERVER_ACTOR, at, messageId, ...changes } as const
      const changed = roomAck(await services.pipeline.submit(roomId, op))
      return changed.ok ? { room: changed.room, created: false } : changed
    },
  }),
  'rooms.get': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}',
    scope: 'rooms:read',
    summary: 'One room.',
    request: GetRoom,
    answer: RoomAnswer,
    refusals: ['ROOM_NOT_FOUND'],
    run: async ({ services }, { roomId }) => {
      const room = await services.store.read((reader) => roomOf(reader, roomId))
      return room ? { room } : refuse('ROOM_NOT_FOUND', { field: 'roomId' })
    },
  }),
} as const

/** Whoever is in it: the backend sees all rooms. */
export async function roomOf(reader: Reader, roomId: RoomId): Promise<Room | undefined> {
  const [found] = await reader.memberships(SERVER_ACTOR.id, [roomId])
  return found?.room
}

type NewRoom = Pick<Room, 'id' | 'name' | 'type' | 'metadata' | 'settings'>

async function create(
  { store, clock, hub }: Services,
  facts: NewRoom,
): Promise<{ room: Room; created: boolean } | 'deleted'> {
  const createdAt = new Date(clock.now()).toISOString()
  const room: Room = { ...facts, createdBy: null, createdAt, rev: 0, lastSeq: 0 }
  try {
    return await store.createRoom({ room, members: [] })
  } catch (error) {
    if (error instanceof StoreError && error.code === 'INVALID_PAYLOAD') return 'deleted'
    if (mayBeDone(error)) hub.suspect(room.id)
    throw error
  }
}
