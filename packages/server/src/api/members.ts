import { asMessageId, type Member, type Role, type UserId } from '@roomful/protocol'
import type { Op, Refusal } from '../core/ops'
import { SERVER_ACTOR } from '../core/server-actor'
import type { Services } from '../handlers/handler'
import { memberAck } from '../handlers/outcome-ack'
import { operation } from './operation'
import { AddMember, AddMembers, MemberAnswer, MembersAnswer, MOST } from './schemas'
import { ensured } from './users'

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
    run: async ({ services }, { roomId, silent, ...person }) => {
      const op = await putOp(services, person, silent)
      return withoutOk(memberAck(await services.pipeline.submit(roomId, op)))
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
    run: async ({ services }, { roomId, members, silent }) => {
      const ops: Op[] = []
      for (const person of members) ops.push(await putOp(services, person, silent))
      const added: Member[] = []
      for (const outcome of await services.pipeline.submitAll(roomId, ops)) {
        const ack = memberAck(outcome)
        if (!ack.ok) return ack
        added.push(ack.member)
      }
      return { members: added }
    },
  }),
} as const

type Person = { readonly userId: UserId; readonly name?: string; readonly role?: Role }

/** The user's row first: a member without one would have no name when they sign in. */
async function putOp(
  services: Services,
  { userId, name, role }: Person,
  silent: boolean | undefined,
): Promise<Op> {
  const target = await ensured(services, userId, name)
  const at = services.clock.now()
  return {
    kind: 'put-member',
    actor: SERVER_ACTOR,
    at,
    messageId: asMessageId(services.ids.uuid(at)),
    target,
    ...(role === undefined ? {} : { role }),
    ...(silent ? { silent } : {}),
  }
}

const withoutOk = (ack: { ok: true; member: Member } | Refusal): { member: Member } | Refusal =>
  ack.ok ? { member: ack.member } : ack
