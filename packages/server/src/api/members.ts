import {
  asMessageId,
  asUserId,
  type Member,
  type MessageId,
  type Role,
  type RoomId,
  type UserId,
} from '@roomful/protocol'
import type { Actor, Op, Refusal } from '../core/ops'
import { refuse } from '../core/refusal'
import type { Services } from '../handlers/handler'
import { memberAck } from '../handlers/outcome-ack'
import { operation } from './operation'
import { askedOf, pageOf } from './pages'
import { roomOf } from './rooms'
import {
  AddMember,
  AddMembers,
  ListMembers,
  MemberAnswer,
  MembersAnswer,
  MembersPage,
  MOST,
  MuteMember,
  OneMember,
  RemoveMember,
  SetRole,
} from './schemas'
import { ensured } from './users'

/** In a dm there are no roles, and none is taken out of it. */
const ON_MEMBER = ['ROOM_NOT_FOUND', 'USER_NOT_FOUND', 'FORBIDDEN'] as const

export const members = {
  'members.add': operation({
    method: 'PUT',
    path: '/v1/rooms/{roomId}/members/{userId}',
    scope: 'rooms:write',
    summary:
      'Puts a user into a room, also one who has never signed in. Of a member it sets the role, if one is given.',
    request: AddMember,
    answer: MemberAnswer,
    refusals: ['ROOM_NOT_FOUND', 'USER_BANNED', 'FORBIDDEN'],
    run: async ({ services, actor }, { roomId, silent, ...person }) => {
      const added = await put(services, actor, roomId, [person], silent)
      if ('ok' in added) return added
      const [member] = added
      return member ? { member } : refuse('INTERNAL')
    },
  }),
  'members.addMany': operation({
    method: 'POST',
    path: '/v1/rooms/{roomId}/members',
    scope: 'rooms:write',
    summary: `Puts up to ${MOST.members} users into a room. One that is refused refuses the call; the others may be in the room then.`,
    request: AddMembers,
    answer: MembersAnswer,
    refusals: ['ROOM_NOT_FOUND', 'USER_BANNED', 'FORBIDDEN'],
    weight: ({ members }) => members.length,
    run: async ({ services, actor }, { roomId, members, silent }) => {
      const added = await put(services, actor, roomId, members, silent)
      return 'ok' in added ? added : { members: added }
    },
  }),
  'members.list': operation({
    method: 'GET',
    path: '/v1/rooms/{roomId}/members',
    scope: 'rooms:read',
    summary: 'The members of a room, by user id.',
    request: ListMembers,
    answer: MembersPage,
    refusals: ['ROOM_NOT_FOUND'],
    run: ({ services }, { roomId, ...asked }) =>
      services.store.read(async (reader) => {
        if (!(await roomOf(reader, roomId))) return refuse('ROOM_NOT_FOUND', { field: 'roomId' })
        const { most, query } = askedOf(asked, asUserId)
        const { rows, ...next } = pageOf(await reader.members(roomId, query), most, ({ userId }) => userId)
        return { members: rows, ...next }
      }),
  }),
  'members.remove': operation({
    method: 'DELETE',
    path: '/v1/rooms/{roomId}/members/{userId}',
    scope: 'rooms:write',
    summary: 'Takes a user out of a room. They may join or be added again.',
    request: RemoveMember,
    answer: MemberAnswer,
    refusals: ON_MEMBER,
    run: ({ services, actor }, { roomId, userId, ...because }) =>
      write(services, actor, roomId, (base) => ({ kind: 'kick', targetId: userId, ...because, ...base })),
  }),
  'members.setRole': operation({
    method: 'PUT',
    path: '/v1/rooms/{roomId}/members/{userId}/role',
    scope: 'rooms:write',
    summary: 'Gives a member a role.',
    request: SetRole,
    answer: MemberAnswer,
    refusals: ON_MEMBER,
    run: ({ services, actor }, { roomId, userId, role }) =>
      write(services, actor, roomId, (base) => ({ kind: 'set-role', targetId: userId, role, ...base })),
  }),
  'members.ban': operation({
    method: 'PUT',
    path: '/v1/rooms/{roomId}/bans/{userId}',
    scope: 'moderation',
    summary: 'Bans a user who is or was in the room: they cannot join or be added until the ban is lifted.',
    request: RemoveMember,
    answer: MemberAnswer,
    refusals: ON_MEMBER,
    run: ({ services, actor }, { roomId, userId, ...because }) =>
      write(services, actor, roomId, (base) => ({ kind: 'ban', targetId: userId, ...because, ...base })),
  }),
  'members.unban': operation({
    method: 'DELETE',
    path: '/v1/rooms/{roomId}/bans/{userId}',
    scope: 'moderation',
    summary: 'Lifts a ban. The user is not a member again.',
    request: OneMember,
    answer: MemberAnswer,
    refusals: ON_MEMBER,
    run: ({ services, actor }, { roomId, userId }) =>
      write(services, actor, roomId, (base) => ({ kind: 'unban', targetId: userId, ...base })),
  }),
  'members.mute': operation({
    method: 'PUT',
    path: '/v1/rooms/{roomId}/mutes/{userId}',
    scope: 'moderation',
    summary: 'Mutes a member until a time, or ends the mute.',
    request: MuteMember,
    answer: MemberAnswer,
    refusals: ON_MEMBER,
    run: ({ services, actor }, { roomId, userId, until }) =>
      write(services, actor, roomId, (base) => ({ kind: 'mute', targetId: userId, until, ...base })),
  }),
} as const

type Person = { readonly userId: UserId; readonly name?: string; readonly role?: Role }

async function put(
  services: Services,
  actor: Actor,
  roomId: RoomId,
  people: readonly Person[],
  silent: boolean | undefined,
): Promise<Member[] | Refusal> {
  // For a room that does not exist no user is made.
  if (!(await services.store.read((reader) => roomOf(reader, roomId))))
    return refuse('ROOM_NOT_FOUND', { field: 'roomId' })
  const ops: Op[] = []
  for (const person of people) ops.push(await putOp(services, actor, person, silent))
  const added: Member[] = []
  for (const outcome of await services.pipeline.submitAll(roomId, ops)) {
    const ack = memberAck(outcome)
    if (!ack.ok) return ack
    added.push(ack.member)
  }
  return added
}

/** The user's row first: a member without one would have no name when they sign in. */
async function putOp(
  services: Services,
  actor: Actor,
  { userId, name, role }: Person,
  silent: boolean | undefined,
): Promise<Op> {
  const target = await ensured(services, userId, name)
  const at = services.clock.now()
  return {
    kind: 'put-member',
    actor,
    at,
    messageId: asMessageId(services.ids.uuid(at)),
    target,
    ...(role === undefined ? {} : { role }),
    ...(silent ? { silent } : {}),
  }
}

type Base = { readonly actor: Actor; readonly at: number; readonly messageId: MessageId }

async function write(
  { pipeline, clock, ids }: Services,
  actor: Actor,
  roomId: RoomId,
  toOp: (base: Base) => Op,
): Promise<{ member: Member } | Refusal> {
  const at = clock.now()
  const op = toOp({ actor, at, messageId: asMessageId(ids.uuid(at)) })
  return withoutOk(memberAck(await pipeline.submit(roomId, op)))
}

const withoutOk = (ack: { ok: true; member: Member } | Refusal): { member: Member } | Refusal =>
  ack.ok ? { member: ack.member } : ack
