import { asRoomId, asUserId, type Member, ROLES, type Room } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { denialOf, PERMISSIONS } from './authorise'
import type { Allowed, KindAction, RoomKinds } from './room-kinds'

const isKindAction = (action: string): action is KindAction =>
  Object.hasOwn(PERMISSIONS, action) && action !== 'read' && action !== 'edit-other'
const ACTIONS = Object.keys(PERMISSIONS).filter(isKindAction)

const room = (type: 'public' | 'private', kind = 'own'): Room => ({
  ...{ id: asRoomId('r'), name: 'R', type, kind, createdBy: null, createdAt: '2026-01-01T00:00:00.000Z' },
  ...{ metadata: {}, settings: {}, rev: 1, lastSeq: 0 },
})
const memberAs = (role: Member['role']): Member => ({
  ...{ roomId: asRoomId('r'), userId: asUserId('me'), name: 'me', role, rev: 1 },
  ...{ joinedAt: '2026-01-01T00:00:00.000Z', lastReadSeq: 0, fromSeq: 1 },
})
const kinds = (action: KindAction, allowed: Allowed, base: 'public' | 'private'): RoomKinds =>
  new Map([['own', { base, create: 'anyone', who: { [action]: allowed } }]])

/** By hand: who may, of the owner, an admin, a member, and one who is not in the room. */
const MAY: Readonly<Record<Allowed, string>> = {
  member: 'y y y n',
  admin: 'y y n n',
  owner: 'y n n n',
  'server-admin': 'n n n n',
  api: 'n n n n',
}

describe.each(['public', 'private'] as const)('a kind on the base of a %s room', (base) => {
  const cells = ACTIONS.flatMap((action) =>
    Object.entries(MAY).map(([allowed, row]) => ({ action, allowed: allowed as Allowed, row })),
  )
  // The join of a member changes nothing, and is asked for again after a lost answer.
  test.each(cells)('$action by $allowed', ({ action, allowed, row }) => {
    const rules = kinds(action, allowed, base)
    const seen = [...ROLES.map(memberAs), undefined].map((member) =>
      denialOf(action, { room: room(base), member, serverAdmin: false, kinds: rules }) === undefined
        ? 'y'
        : 'n',
    )
    expect(seen.join(' ')).toBe(action === 'join' ? 'y y y n' : row)
    const moderator = { room: room(base), member: undefined, serverAdmin: true, kinds: rules }
    const may = allowed === 'server-admin' || (allowed !== 'api' && PERMISSIONS[action]['server-admin'])
    expect(denialOf(action, moderator)).toBe(may ? undefined : 'FORBIDDEN')
  })

  test('hides itself from who is not in it, if its base does', () => {
    const asking = { member: undefined, serverAdmin: false, kinds: kinds('send', 'api', base) }
    const denial = base === 'private' ? 'ROOM_NOT_FOUND' : 'FORBIDDEN'
    expect(denialOf('send', { room: room(base), ...asking })).toBe(denial)
  })

  test('that the server has no more is as its base', () => {
    const asking = { member: memberAs('member'), serverAdmin: false, kinds: kinds('send', 'api', base) }
    expect(denialOf('send', { room: room(base, 'gone'), ...asking })).toBeUndefined()
    expect(denialOf('pin', { room: room(base), ...asking })).toBe('FORBIDDEN')
  })
})
