import { asRoomId, type Member, type Room, type UserId } from '@roomful/protocol'
import { userOf } from '../auth/acting-user'
import { dmNameOf } from '../core/dm-name'
import { profileOf } from '../core/profile'
import { refuse } from '../core/refusal'
import { EPHEMERAL_LIMITS } from '../ephemeral/ephemeral-store'
import { ephemeralRoomId } from '../ephemeral/room-id'
import type { Device } from '../hub/device'
import { moderateRoomName } from '../moderation/moderate-name'
import { kindRefusal } from '../rules/room-types'
import { mayBeDone, StoreError } from '../stores/port'
import { dmKeyOf } from './dm-key'
import { entriesOf, invite, type Person } from './entries'
import type { Handler, Services } from './handler'
import { enterDm } from './open-dm'

/** Empty rooms are removed once a minute. */
const EPHEMERAL_RETRY_MS = 60_000

export const createRoom: Handler<'create-room'> = async (services, device, payload) => {
  const { name, type, kind, members = [], metadata = {}, settings = {} } = payload
  const creator = device.identity.admin ? 'admin' : 'user'
  const kindless = kindRefusal(services.kinds, { kind, type }, creator)
  if (kindless) return kindless
  const entries = await entriesOf(services, device, members)
  if (entries.absent.length > 0) return refuse('USER_NOT_FOUND', { field: 'members' })
  const { room: drafted, rows } = newRoom(
    services,
    device,
    { name, type, ...(kind === undefined ? {} : { kind }), metadata, settings },
    entries.put,
  )
  const about = { room: drafted, members }
  const refused = await services.rules.refusalOf(device.identity, 'create-room', about)
  if (refused) return refused
  const named = await moderateRoomName(services, { roomId: drafted.id, user: device.identity, name })
  if ('ok' in named) return named
  const room = { ...drafted, ...named }
  // Before the room is made: if there are too many invitations, nothing is made.
  const invited = await invite(services, device, room.id, entries.invite)
  if ('ok' in invited) return invited
  try {
    const created = await create(services, { room, members: rows })
    invited.notify()
    return { ok: true, room: created.room, ...namesOf(entries.invite) }
  } catch (error) {
    // Of a room that certainly was not made nothing stays: it would count against its inviter for weeks.
    if (!mayBeDone(error))
      for (const id of entries.invite) await services.store.answerInvitation(id, room.id, 'accepted')
    if (type !== 'ephemeral' || !(error instanceof StoreError) || error.code !== 'LIMIT_EXCEEDED') throw error
    return refuse('RATE_LIMITED', {
      limit: EPHEMERAL_LIMITS.roomsPerUser,
      retryAfterMs: EPHEMERAL_RETRY_MS,
    })
  }
}

/** The same set of users always gives the same room. */
export const openDm: Handler<'open-dm'> = async (services, device, { userIds }) => {
  const refused = await services.rules.refusalOf(device.identity, 'open-dm', { members: userIds })
  if (refused) return refused
  const entries = await entriesOf(services, device, userIds)
  if (entries.absent.length > 0) return refuse('USER_NOT_FOUND', { field: 'userIds' })
  // Until they accept, they go by the id that the request named: the asking user may not see their name.
  const all: Person[] = [
    userOf(device.identity),
    ...entries.put,
    ...entries.invite.map((id): Person => ({ id, name: id })),
  ]
  if (all.length === 1) return refuse('INVALID_PAYLOAD', { field: 'userIds' })
  const name = dmNameOf(all.map((person) => person.name))
  const { room, rows } = newRoom(
    services,
    device,
    { name, type: 'dm', metadata: {}, settings: {} },
    entries.put,
  )
  const members = rows.map((row): Member => ({ ...row, role: 'member' }))
  const dmKey = await dmKeyOf(all.map((person) => person.id))
  const { created, room: dm } = await create(services, { room, members, dmKey })
  const entered = created
    ? { room: dm, invite: entries.invite }
    : await enterDm(services, device, dm, entries)
  if ('ok' in entered) return entered
  const invited = await invite(services, device, dm.id, entered.invite)
  if ('ok' in invited) return invited
  invited.notify()
  return { ok: true, room: entered.room, ...namesOf(entered.invite) }
}

const namesOf = (invited: readonly UserId[]): { invited?: UserId[] } =>
  invited.length > 0 ? { invited: [...invited] } : {}

async function create(
  { store, bus, hub }: Services,
  input: { room: Room; members: readonly Member[]; dmKey?: string },
): Promise<{ room: Room; created: boolean }> {
  const { room, created } = await store.createRoom(input).catch((error: unknown) => {
    // It may exist, and its members were not notified.
    if (mayBeDone(error)) hub.suspect(input.room.id)
    throw error
  })
  const [by, ...others] = input.members.map((member) => member.userId)
  if (created && by) bus.publish({ type: 'created', roomId: room.id, userIds: [by, ...others], by })
  return { room, created }
}

/** The first members take the revs 1..n; the creator is the owner. */
function newRoom(
  { clock, ids }: Services,
  device: Device,
  facts: Pick<Room, 'name' | 'type' | 'kind' | 'metadata' | 'settings'>,
  put: readonly Person[],
): { room: Room; rows: Member[] } {
  const now = clock.now()
  const [uuid, createdAt] = [ids.uuid(now), new Date(now).toISOString()]
  const id = facts.type === 'ephemeral' ? ephemeralRoomId(uuid) : asRoomId(uuid)
  const rows = [userOf(device.identity), ...put].map(
    (person, index): Member => ({
      roomId: id,
      userId: person.id,
      ...profileOf(person),
      role: index === 0 ? 'owner' : 'member',
      joinedAt: createdAt,
      lastReadSeq: 0,
      fromSeq: 1,
      rev: index + 1,
      ...(index === 0 ? {} : { added: true }),
    }),
  )
  const room = { id, ...facts, createdBy: device.userId, createdAt, rev: rows.length, lastSeq: 0 }
  return { room, rows }
}
