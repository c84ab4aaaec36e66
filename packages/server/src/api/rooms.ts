import { asMessageId, asRoomId, type Member, type Metadata, type Room, type RoomId } from '@roomful/protocol'
import { dmNameOf } from '../core/dm-name'
import type { Actor, Refusal, SettingsChange } from '../core/ops'
import { refuse } from '../core/refusal'
import { SERVER_ACTOR } from '../core/server-actor'
import { deleteForAll } from '../handlers/delete-for-all'
import { dmKeyOf } from '../handlers/dm-key'
import type { Services } from '../handlers/handler'
import { roomAck } from '../handlers/outcome-ack'
import { kindRefusal } from '../rules/room-types'
import { mayBeDone, type Reader, StoreError } from '../stores/port'
import { operation } from './operation'
import { askedOf, isCalled, scan } from './pages'
import {
  ChangeRoom,
  ListRooms,
  Nothing,
  OneRoom,
  OpenDm,
  RoomAnswer,
  RoomsPage,
  UpsertedRoom,
  UpsertRoom,
} from './schemas'

export const rooms = {
  'rooms.upsert': operation({
    method: 'PUT',
    path: '/v1/rooms/{roomId}',
    scope: 'rooms:write',
    summary: 'Makes a room under an id of your own, without members, or changes the one that is there.',
    request: UpsertRoom,
    answer: UpsertedRoom,
    refusals: [],
    run: async ({ services, actor }, { roomId, name, type, kind, metadata, settings }) => {
      const unmade = kindRefusal(services.kinds, { kind, type }, 'api')
      if (unmade) return unmade
      const made = await create(services, {
        id: roomId,
        name,
        type,
        ...(kind === undefined ? {} : { kind }),
        metadata: metadata ?? {},
        settings: settings ?? {},
      })
      if (made === 'deleted') return refuse('INVALID_PAYLOAD', { field: 'roomId' })
      if (made.created) return made
      // What a room is for never changes: its members rely on it.
      if (made.room.type !== type) return refuse('INVALID_PAYLOAD', { field: 'type' })
      if (kind !== undefined && made.room.kind !== kind) return refuse('INVALID_PAYLOAD', { field: 'kind' })
      const changes = { name, ...(metadata ? { metadata } : {}), ...(settings ? { settings } : {}) }
      const changed = await change(services, actor, roomId, changes)
      return changed.ok ? { room: changed.room, created: false } : changed
    },
  }),
  'rooms.get': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}',
    scope: 'rooms:read',
    summary: 'One room.',
    request: OneRoom,
    answer: RoomAnswer,
    refusals: ['ROOM_NOT_FOUND'],
    run: async ({ services }, { roomId }) => {
      const room = await services.store.read((reader) => roomOf(reader, roomId))
      return room ? { room } : refuse('ROOM_NOT_FOUND', { field: 'roomId' })
    },
  }),
  'rooms.list': operation({
    method: 'GET',
    path: '/v1/rooms',
    scope: 'rooms:read',
    summary:
      'Rooms by id; of one type, or with this metadata. `query`: a part of the name or id, in any case. A page of those may be empty and still have a `next`.',
    request: ListRooms,
    answer: RoomsPage,
    refusals: [],
    run: async ({ services }, { query, type, key, value, after, ...asked }) => {
      if ((key === undefined) !== (value === undefined)) return refuse('INVALID_PAYLOAD', { field: 'value' })
      const { most } = askedOf(asked, asRoomId)
      const { rows, ...next } = await scan(
        services.store,
        { after, most },
        (reader, place, limit) =>
          reader.rooms({ limit, ...(place === undefined ? {} : { after: asRoomId(place) }) }),
        {
          idOf: ({ id }) => id,
          fits: (room) =>
            (query === undefined || isCalled(room, query)) &&
            (type === undefined || room.type === type) &&
            (key === undefined || hasMetadata(room, key, value ?? '')),
        },
      )
      return { rooms: rows, ...next }
    },
  }),
  'rooms.update': operation({
    method: 'PATCH',
    path: '/v1/rooms/{roomId}',
    scope: 'rooms:write',
    summary:
      'Renames a room, replaces its metadata, changes its settings one by one; `archived` is one of them.',
    request: ChangeRoom,
    answer: RoomAnswer,
    refusals: ['ROOM_NOT_FOUND', 'FORBIDDEN'],
    run: async ({ services, actor }, { roomId, ...changes }) => {
      const changed = await change(services, actor, roomId, changes)
      return changed.ok ? { room: changed.room } : changed
    },
  }),
  'rooms.delete': operation({
    method: 'DELETE',
    path: '/v1/rooms/{roomId}',
    scope: 'rooms:write',
    summary: 'Deletes a room for all, at once and for good; its id is never used again.',
    request: OneRoom,
    answer: Nothing,
    refusals: ['ROOM_NOT_FOUND'],
    run: async ({ services, actor }, { roomId }) => {
      if (await deleteForAll(services, roomId, actor.id)) return {}
      const deleted = await services.store.read((reader) => reader.deletedAmong([roomId]))
      return deleted.length > 0 ? {} : refuse('ROOM_NOT_FOUND', { field: 'roomId' })
    },
  }),
  'rooms.openDm': operation({
    method: 'POST',
    path: '/v1/dms',
    scope: 'rooms:write',
    summary:
      'The direct-message room of these users, made if there is none. The same users always have the same.',
    request: OpenDm,
    answer: UpsertedRoom,
    refusals: ['USER_NOT_FOUND'],
    run: async ({ services }, { userIds }) => {
      const { store, bus, clock, ids } = services
      const wanted = [...new Set(userIds)]
      if (wanted.length < 2) return refuse('INVALID_PAYLOAD', { field: 'userIds' })
      const found = await store.read((reader) => Promise.all(wanted.map((id) => reader.user(id))))
      const people = found.flatMap((user) => user ?? [])
      if (people.length < wanted.length) return refuse('USER_NOT_FOUND', { field: 'userIds' })
      const roomId = asRoomId(ids.uuid(clock.now()))
      const members = people.map(
        ({ id, ...profile }, index): Member => ({
          ...{
            roomId,
            userId: id,
            ...profile,
            role: 'member',
            joinedAt: new Date(clock.now()).toISOString(),
          },
          ...{ lastReadSeq: 0, fromSeq: 1, rev: index + 1, added: true },
        }),
      )
      const name = dmNameOf(people.map((person) => person.name))
      const facts = { id: roomId, name, type: 'dm', metadata: {}, settings: {} } as const
      const made = await create(services, facts, { members, dmKey: await dmKeyOf(wanted) })
      if (made === 'deleted') return refuse('INTERNAL')
      if (made.created) bus.publish({ type: 'created', roomId, userIds: wanted })
      return made
    },
  }),
} as const

/** Whoever is in it: the backend sees all rooms. */
export async function roomOf(reader: Reader, roomId: RoomId): Promise<Room | undefined> {
  const [found] = await reader.memberships(SERVER_ACTOR.id, [roomId])
  return found?.room
}

type NewRoom = Pick<Room, 'id' | 'name' | 'type' | 'kind' | 'metadata' | 'settings'>

async function create(
  { store, clock, hub }: Services,
  facts: NewRoom,
  { members = [], ...dm }: { readonly members?: readonly Member[]; readonly dmKey?: string } = {},
): Promise<{ room: Room; created: boolean } | 'deleted'> {
  const createdAt = new Date(clock.now()).toISOString()
  const room: Room = { ...facts, createdBy: null, createdAt, rev: members.length, lastSeq: 0 }
  try {
    return await store.createRoom({ room, members, ...dm })
  } catch (error) {
    if (error instanceof StoreError && error.code === 'INVALID_PAYLOAD') return 'deleted'
    if (mayBeDone(error)) hub.suspect(room.id)
    throw error
  }
}

async function change(
  { pipeline, clock, ids }: Services,
  actor: Actor,
  roomId: RoomId,
  changes: { name?: string; metadata?: Metadata; settings?: SettingsChange },
): Promise<{ ok: true; room: Room } | Refusal> {
  const at = clock.now()
  const messageId = asMessageId(ids.uuid(at))
  const op = { kind: 'update-room', actor, at, messageId, ...changes } as const
  return roomAck(await pipeline.submit(roomId, op))
}

function hasMetadata({ metadata }: Room, key: string, value: string): boolean {
  const held = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  return (typeof held === 'string' || typeof held === 'number') && String(held) === value
}
