import { asUserId, type Member, type Room } from '@roomful/protocol'
import { expect, test } from 'vitest'
import { roomOf } from '../stores/contract/contract-room'
import { decide } from './decide'
import { dmNameOf } from './dm-name'
import type { Facts, Op } from './ops'

const [ann, bob, cid] = ['ann', 'bob', 'cid'].map(asUserId) as [Member['userId'], ...Member['userId'][]]

function factsOf(room: Partial<Room>, change: (member: Member) => Member = (member) => member): Facts {
  const made = roomOf({ roles: { ann: 'owner', bob: 'member', cid: 'member' } })
  return {
    room: { ...made.room, ...room },
    members: new Map(made.members.map((member) => [member.userId, change(member)])),
    messages: new Map(),
    byClientId: new Map(),
    opIds: new Map(),
    owners: 1,
    pins: 0,
    lastSendAt: new Map(),
  }
}

const rename = (name: string): Op => ({
  kind: 'rename-member',
  actor: { id: ann, name, admin: false },
  at: 0,
  others: [bob, cid].flatMap((id) => id ?? []),
})

test('a member row with the new name, one rev, and no message in the log', () => {
  const plan = decide(factsOf({}), [rename('Anna')])
  expect(plan.changes).toMatchObject([
    { kind: 'member', rev: 4, member: { userId: 'ann', name: 'Anna', role: 'owner' } },
  ])
  expect([plan.messages, plan.audit, plan.room, plan.head.rev]).toEqual([[], [], undefined, 4])
})

test('the same name takes no rev; a user who has left the room is not renamed', () => {
  expect(decide(factsOf({}), [rename('ann')]).changes).toEqual([])
  const left = factsOf({}, (member) => ({ ...member, removed: 'left' }))
  expect(decide(left, [rename('Anna')])).toMatchObject({
    changes: [],
    outcomes: [{ code: 'ROOM_NOT_FOUND' }],
  })
})

test('a direct-message room that is named after its users stays named after them', () => {
  const named = factsOf({ type: 'dm', name: dmNameOf(['cid', 'bob', 'ann']) })
  expect(decide(named, [rename('Zoe')]).changes).toMatchObject([
    { kind: 'member', member: { name: 'Zoe' } },
    { kind: 'room', room: { name: 'Zoe, bob, cid' } },
  ])
  const imported = factsOf({ type: 'dm', name: 'The three of us' })
  expect(decide(imported, [rename('Zoe')]).room).toBeUndefined()
  const group = factsOf({ type: 'private', name: dmNameOf(['cid', 'bob', 'ann']) })
  expect(decide(group, [rename('Zoe')]).room).toBeUndefined()
})
