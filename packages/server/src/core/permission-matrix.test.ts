import { asMessageId, asRoomId, asUserId, type Member, ROOM_TYPES, type Room } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { type Action, denialOf, PERMISSIONS } from './authorise'
import { decide } from './decide'
import type { Facts, Op, StoredMessage } from './ops'
import { NO_KINDS } from './room-kinds'

/**
 * The expected table, written a second time by hand: y it is done, F refused for the role, N the room or message does
 * not exist for them. `admin+` and `none+` have the token's admin claim, in the room and outside of it.
 */
const EXPECTED = `
                    owner admin member left kicked never admin+ none+
  read                y     y     y     N     N      N      y     N
  send                y     y     y     N     N      N      y     N
  send-in-read-only   y     y     F     N     N      N      y     N
  skip-slow-mode      y     y     F     N     N      N      y     N
  edit-own            y     y     y     N     N      N      y     N
  edit-other          F     F     F     N     N      N      F     N
  delete-own          y     y     y     N     N      N      y     y
  delete-other        y     y     F     N     N      N      y     y
  pin                 y     y     F     N     N      N      y     y
  cancel-stream       y     y     F     N     N      N      y     y
  react               y     y     y     N     N      N      y     N
  join                y     y     y     y     y      y      y     y
  leave               y     y     y     y     N      N      y     N
  invite              y     y     F     N     N      N      y     y
  kick                y     y     F     N     N      N      y     y
  ban                 y     y     F     N     N      N      y     y
  unban               y     y     F     N     N      N      y     y
  mute                y     y     F     N     N      N      y     y
  set-role            y     F     F     N     N      N      y     y
  update-room         y     y     F     N     N      N      y     y
  delete-room         F     F     F     N     N      N      y     y
  report              y     y     y     N     N      N      y     N
  handle-reports      y     y     F     N     N      N      y     y
  read-audit          y     y     F     N     N      N      y     y`

const [header = [], ...lines] = EXPECTED.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
const cells = lines.flatMap(([action = '', ...verdicts]) =>
  verdicts.map((verdict, column) => ({ action, standing: header[column] ?? '', verdict })),
)

/** In a dm all are members, and these acts do not exist; users outside find nothing, as elsewhere. */
const NO_ACT_OF_DMS = 'join invite kick ban unban mute set-role update-room'.split(' ')
const NEEDS_RANK = 'send-in-read-only skip-slow-mode delete-other handle-reports read-audit'.split(' ')

function expectedIn(type: Room['type'], action: string, standing: string, verdict: string): string {
  const isOutside = ['left', 'kicked', 'never'].includes(standing)
  if (type === 'dm') {
    if (['pin', 'cancel-stream'].includes(action) && standing === 'member') return 'y'
    if (NO_ACT_OF_DMS.includes(action)) return isOutside ? 'N' : 'F'
    if (NEEDS_RANK.includes(action) && ['owner', 'admin'].includes(standing)) return 'F'
  }
  if (action === 'join' && isOutside && type === 'private') return 'N'
  // No user may delete a room that ends by itself.
  if (action === 'delete-room' && type === 'ephemeral' && verdict === 'y') return 'F'
  return verdict
}

const AT = Date.UTC(2026, 0, 1)
const ME = asUserId('me')
const ROOM_ID = asRoomId('room')
const base = { roomId: ROOM_ID, joinedAt: '2026-01-01T00:00:00.000Z', lastReadSeq: 0, fromSeq: 1, rev: 1 }
const memberOf = (userId: string, rest: Partial<Member>): Member => ({
  ...base,
  userId: asUserId(userId),
  name: userId,
  role: 'member',
  ...rest,
})

function myRow(standing: string): Member | undefined {
  switch (standing) {
    case 'owner':
    case 'admin':
    case 'member':
      return memberOf('me', { role: standing })
    case 'admin+':
      return memberOf('me', {})
    case 'left':
    case 'kicked':
      return memberOf('me', { role: 'owner', removed: standing })
    default:
      return undefined
  }
}

const messageOf = (id: string, seq: number, senderId: string): StoredMessage => ({
  id: asMessageId(id),
  roomId: ROOM_ID,
  seq,
  rev: seq,
  senderId: asUserId(senderId),
  senderName: senderId,
  type: 'text',
  content: 'text',
  replyTo: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  editedAt: null,
  deleted: false,
  reactions: [],
})

function factsOf(type: Room['type'], standing: string, settings: Room['settings']): Facts {
  const row = myRow(standing)
  const rows = [...(row ? [row] : []), memberOf('other', {}), memberOf('banned', { removed: 'banned' })]
  const messages = [messageOf('mine', 1, 'me'), messageOf('others', 2, 'other')]
  const head = { createdBy: null, createdAt: base.joinedAt, metadata: {}, rev: 5, lastSeq: 2 }
  return {
    room: { id: ROOM_ID, name: 'Room', type, settings, ...head },
    members: new Map(rows.map((member) => [member.userId, member])),
    messages: new Map(messages.map((message) => [message.id, message])),
    byClientId: new Map(),
    opIds: new Map(),
    owners: 2,
    pins: 0,
    lastSendAt: new Map([[ME, AT - 1_000]]),
  }
}

type Unsigned<T> = T extends unknown ? Omit<T, 'actor' | 'at'> : never

function opFor(action: string): { op: Unsigned<Op>; settings?: Room['settings'] } | undefined {
  const messageId = asMessageId('fresh')
  const targetId = asUserId('other')
  const send = { kind: 'send', id: messageId, content: 'hi', type: 'text', replyTo: null } as const
  switch (action as Action) {
    case 'send':
      return { op: send }
    case 'send-in-read-only':
      return { op: send, settings: { readOnly: true } }
    case 'skip-slow-mode':
      return { op: send, settings: { slowModeSeconds: 60 } }
    case 'edit-own':
      return { op: { kind: 'edit', messageId: asMessageId('mine'), content: 'new' } }
    case 'edit-other':
      return { op: { kind: 'edit', messageId: asMessageId('others'), content: 'new' } }
    case 'delete-own':
      return { op: { kind: 'delete', messageId: asMessageId('mine') } }
    case 'delete-other':
      return { op: { kind: 'delete', messageId: asMessageId('others') } }
    case 'pin':
      return { op: { kind: 'pin', messageId: asMessageId('others'), op: 'add' } }
    case 'react':
      return { op: { kind: 'react', messageId: asMessageId('others'), emoji: '👍', op: 'add' } }
    case 'join':
      return { op: { kind: 'join', messageId } }
    case 'leave':
      return { op: { kind: 'leave', messageId } }
    case 'invite':
      return { op: { kind: 'invite', messageId, target: { id: asUserId('new'), name: 'new' } } }
    case 'kick':
      return { op: { kind: 'kick', messageId, targetId } }
    case 'ban':
      return { op: { kind: 'ban', messageId, targetId } }
    case 'unban':
      return { op: { kind: 'unban', targetId: asUserId('banned') } }
    case 'mute':
      return { op: { kind: 'mute', targetId, until: '2026-02-01T00:00:00Z' } }
    case 'set-role':
      return { op: { kind: 'set-role', targetId, role: 'admin' } }
    case 'update-room':
      return { op: { kind: 'update-room', messageId, name: 'New' } }
    default:
      return undefined
  }
}

const CODES: Record<string, string> = {
  OK: 'y',
  FORBIDDEN: 'F',
  SLOW_MODE: 'F',
  ROOM_NOT_FOUND: 'N',
  MESSAGE_NOT_FOUND: 'N',
}

test('the table below has every action', () => {
  expect(new Set(cells.map(({ action }) => action))).toEqual(new Set(Object.keys(PERMISSIONS)))
  expect(cells).toHaveLength(Object.keys(PERMISSIONS).length * 8)
})

describe.each(ROOM_TYPES)('in a %s room', (type) => {
  test.each(cells)('$action by $standing: $verdict', ({ action, standing, verdict }) => {
    const expected = expectedIn(type, action, standing, verdict)
    const serverAdmin = standing.endsWith('+')
    const wanted = opFor(action)
    const facts = factsOf(type, standing, wanted?.settings ?? {})
    if (!wanted) {
      const asking = { room: facts.room, member: facts.members.get(ME), serverAdmin, kinds: NO_KINDS }
      expect(CODES[denialOf(action as Action, asking) ?? 'OK']).toBe(expected)
      return
    }
    const op = { ...wanted.op, actor: { id: ME, name: 'me', admin: serverAdmin }, at: AT } as Op
    const { outcomes, changes } = decide(facts, [op])
    const code = outcomes[0]?.ok ? 'OK' : (outcomes[0]?.code ?? 'none')
    expect(CODES[code], code).toBe(expected)
    if (expected !== 'y') expect(changes).toEqual([])
  })

  test.each(cells)('$action by $standing is never found where there is no room', ({ action, standing }) => {
    const wanted = opFor(action)
    const serverAdmin = standing.endsWith('+')
    if (!wanted) {
      expect(
        denialOf(action as Action, { room: undefined, member: undefined, serverAdmin, kinds: NO_KINDS }),
      ).toBe('ROOM_NOT_FOUND')
      return
    }
    const nothing = {
      ...factsOf(type, 'never', {}),
      room: undefined,
      members: new Map(),
      messages: new Map(),
    }
    const op = { ...wanted.op, actor: { id: ME, name: 'me', admin: serverAdmin }, at: AT } as Op
    const [outcome] = decide(nothing, [op]).outcomes
    // Exactly the refusal of a hidden room: not one field more (P9).
    const [hidden] = decide(factsOf(type === 'dm' ? 'dm' : 'private', 'never', {}), [
      { ...op, actor: { ...op.actor, admin: false } },
    ]).outcomes
    expect(outcome).toEqual(hidden)
  })
})
