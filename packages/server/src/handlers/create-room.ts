import { asRoomId, type Member, type Room, type UserId } from '@roomful/protocol'
import { dmNameOf } from '../core/dm-name'
import type { Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import { EPHEMERAL_LIMITS } from '../ephemeral/ephemeral-store'
import { ephemeralRoomId } from '../ephemeral/room-id'
import type { Peer } from '../hub/peer'
import { mayBeDone, StoreError } from '../stores/port'
import { dmKeyOf } from './dm-key'
import type { Handler, Services } from './handler'

/** Rooms that nobody is in any more end once a minute. */
const EPHEMERAL_RETRY_MS = 60_000

type Person = { readonly id: UserId; readonly name: string }

export const createRoom: Handler<'create-room'> = async (services, peer, payload) => {
  const { name, type, members = [], metadata = {}, settings = {} } = payload
  const invited = await people(services, peer, members, 'members')
  if ('ok' in invited) return invited
  const { room, rows } = newRoom(services, peer, { name, type, metadata, settings }, invited)
  try {
    return await create(services, { room, members: rows })
  } catch (error) {
    if (type !== 'ephemeral' || !(error instanceof StoreError) || error.code !== 'LIMIT_EXCEEDED') throw error
    return refuse('RATE_LIMITED', {
      limit: EPHEMERAL_LIMITS.roomsPerUser,
      retryAfterMs: EPHEMERAL_RETRY_MS,
    })
  }
}

/** The same set of people always gives the same room. */
export const openDm: Handler<'open-dm'> = async (services, peer, { userIds }) => {
  const others = await people(services, peer, userIds, 'userIds')
  if ('ok' in others) return others
  if (others.length === 0) return refuse('INVALID_PAYLOAD', { field: 'userIds' })
  const all = [peer.identity, ...others]
  const name = dmNameOf(all.map((person) => person.name))
  const { room, rows } = newRoom(services, peer, { name, type: 'dm', metadata: {}, settings: {} }, others)
  const members = rows.map((row): Member => ({ ...row, role: 'member' }))
  const dmKey = dmKeyOf(all.map((person) => person.id))
  return create(services, { room, members, dmKey })
}

async function create(
  { store, bus, hub }: Services,
  input: { room: Room; members: readonly Member[]; dmKey?: string },
): Promise<{ ok: true; room: Room }> {
  const { room, created } = await store.createRoom(input).catch((error: unknown) => {
    // It may be there, and nobody was told.
    if (mayBeDone(error)) hub.doubt(input.room.id)
    throw error
  })
  const userIds = input.members.map((member) => member.userId)
  if (created) bus.publish({ type: 'created', roomId: room.id, userIds })
  return { ok: true, room }
}

/** The named users without the asking one, each once; refused when one of them has never signed in. */
async function people(
  { store }: Services,
  peer: Peer,
  userIds: readonly UserId[],
  field: string,
): Promise<Person[] | (Refusal & { ok: false })> {
  const others = [...new Set(userIds)].filter((id) => id !== peer.userId)
  const found = await store.read((reader) => Promise.all(others.map((id) => reader.user(id))))
  const known = found.flatMap((user) => (user ? [user] : []))
  return known.length === others.length ? known : refuse('USER_NOT_FOUND', { field })
}

/** The first members take the revs 1..n; the creator is the owner. */
function newRoom(
  { clock, ids }: Services,
  peer: Peer,
  facts: Pick<Room, 'name' | 'type' | 'metadata' | 'settings'>,
  invited: readonly Person[],
): { room: Room; rows: Member[] } {
  const now = clock.now()
  const [uuid, createdAt] = [ids.uuid(now), new Date(now).toISOString()]
  const id = facts.type === 'ephemeral' ? ephemeralRoomId(uuid) : asRoomId(uuid)
  const rows = [peer.identity, ...invited].map(
    (person, index): Member => ({
      roomId: id,
      userId: person.id,
      name: person.name,
      role: index === 0 ? 'owner' : 'member',
      joinedAt: createdAt,
      lastReadSeq: 0,
      fromSeq: 1,
      rev: index + 1,
    }),
  )
  const room = { id, ...facts, createdBy: peer.userId, createdAt, rev: rows.length, lastSeq: 0 }
  return { room, rows }
}
