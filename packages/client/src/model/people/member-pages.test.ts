import type { FetchMembersAck, Member } from '@roomful/protocol'
import { asRoomId, asUserId } from '@roomful/protocol/plain'
import { expect, test } from 'vitest'
import { reduceRoom } from '../room/reduce-room'
import { newRoom, type RoomModel } from '../room/room-model'
import { hasMoreMembers, memberCountOf, presentMembers } from './member-pages'
import { withAllMembers } from './members'

const member = (userId: string, rev: number, part: Partial<Member> = {}): Member => ({
  roomId: asRoomId('r1'),
  userId: asUserId(userId),
  name: userId,
  role: 'member',
  joinedAt: '2026-01-01T00:00:00.000Z',
  lastReadSeq: 0,
  fromSeq: 1,
  rev,
  ...part,
})

/** A large room at rev 10, of which only the own row is held. */
function large(): RoomModel {
  const room = newRoom('r1', { me: 'me', connection: 'up', windowSize: 100, hasStore: false })
  const open: RoomModel = {
    ...room,
    rows: { ...room.rows, tail: 0 },
    sync: { ...room.sync, subscription: 'synced', cursor: 10, highestSeenRev: 10 },
    view: { ...room.view, opened: true },
  }
  return withAllMembers(open, [member('me', 1)], 10, true)
}

const asked = (model: RoomModel): RoomModel =>
  reduceRoom(reduceRoom(model, { type: 'members-wanted', limit: 2 }), { type: 'members-asked' })

const answered = (model: RoomModel, members: Member[], more: Partial<FetchMembersAck> = {}): RoomModel =>
  reduceRoom(model, {
    ...({ type: 'members-answered', no: model.sync.request?.no ?? 0, now: 0, random: 0 } as const),
    page: { ok: true, members, rev: 10, memberCount: 5, ...more },
  })

const change = (model: RoomModel, row: Member, memberCount?: number): RoomModel =>
  reduceRoom(model, {
    type: 'changes',
    now: 0,
    changes: [
      {
        ...{ kind: 'member', rev: row.rev, member: row },
        ...(memberCount === undefined ? {} : { memberCount }),
      } as const,
    ],
  })

const idsOf = ({ people }: RoomModel): string[] => presentMembers(people.members).map(({ userId }) => userId)

test('a list that was read before a change of the own role does not take it back', () => {
  const room = {
    ...{ id: asRoomId('r1'), name: 'Crowd', type: 'public', createdAt: '2026-01-01T00:00:00.000Z' },
    ...{ rev: 10, lastSeq: 0, settings: {} },
  } as const
  const listed = (model: RoomModel, rev: number, role: 'member' | 'admin') =>
    reduceRoom(model, {
      ...{ type: 'listed', asOf: 2, now: 0 },
      item: { room: { ...room, rev }, role, unread: 0, lastReadSeq: 0 },
    } as Parameters<typeof reduceRoom>[1]).people.role
  const promoted = change(large(), member('me', 11, { role: 'admin' }))
  expect([promoted.people.role, listed(promoted, 10, 'member')]).toEqual(['admin', 'admin'])
  // A newer list knows better, also of a change that has not come.
  expect(listed(promoted, 12, 'member')).toBe('member')
  expect(listed(large(), 10, 'admin')).toBe('admin')
})

test('pages are added in the order of user ids, the last one ends it', () => {
  let model = answered(asked(large()), [member('a', 2), member('c', 3)], { next: asUserId('c') })
  expect([idsOf(model), hasMoreMembers(model.people), memberCountOf(model.people)]).toEqual([
    ['a', 'c', 'me'],
    true,
    5,
  ])
  model = answered(asked(model), [member('me', 1), member('z', 4)])
  expect([idsOf(model), hasMoreMembers(model.people)]).toEqual([['a', 'c', 'me', 'z'], false])
  expect(reduceRoom(model, { type: 'members-wanted', limit: 2 })).toBe(model)
})

test('a page that is older than what was known when it was asked for is asked for again', () => {
  const model = answered(asked(large()), [member('a', 2)], { rev: 9 })
  expect([idsOf(model), model.people.roster.want, model.sync.request]).toEqual([['me'], 2, null])
})

test('a row that has changed since the page was read stays as it is', () => {
  const model = answered(
    change(asked(large()), member('a', 11, { removed: 'kicked' }), 4),
    [member('a', 2)],
    {
      rev: 10,
    },
  )
  expect(idsOf(model)).toEqual(['me'])
  expect(memberCountOf(model.people)).toBe(4)
})

test('a page that is not awaited any more is ignored', () => {
  const model = reduceRoom(asked(large()), { type: 'closed' })
  expect(model.people.roster.want).toBeNull()
  expect(answered({ ...model }, [member('a', 2)])).toEqual(model)
})

test('an older count does not undo a newer one, in any order of arrival', () => {
  const model = change(change(large(), member('x', 12), 7), member('y', 11), 6)
  expect(memberCountOf(model.people)).toBe(7)
})

test('P15: changes of a node of the version before carry no count: where all rows are held, these give it', () => {
  const small = change(withAllMembers(large(), [member('me', 1), member('a', 2)], 10), member('b', 11), 3)
  expect(memberCountOf(small.people)).toBe(3)
  expect(memberCountOf(change(small, member('c', 12)).people)).toBe(4)
  expect(memberCountOf(change(small, member('a', 12, { removed: 'left' })).people)).toBe(2)
})

test('a refusal for good ends the wait with its reason; one for now is retried', () => {
  const failed = (retry: 'never' | 'after'): RoomModel => {
    const model = asked(large())
    const error = Object.assign(new Error('no'), { code: 'FORBIDDEN', retry })
    return reduceRoom(model, {
      ...({ type: 'request-failed', no: model.sync.request?.no ?? 0, now: 0, random: 0 } as const),
      error: error as never,
    })
  }
  expect(failed('never').people.roster.want).toBeNull()
  expect(failed('after').people.roster.want).toBe(2)
})
