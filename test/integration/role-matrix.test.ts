import { clientEvents, ROOM_TYPES, type RoomType } from '@roomful/protocol'
import { describe, expect, test } from 'vitest'
import { PERMISSIONS } from '../../packages/server/src/core/authorise'
import { expected, rows } from './role-matrix/expected'
import {
  freshClientId,
  makeScene,
  type Scene,
  STANDINGS,
  type Standing,
  standingsIn,
} from './role-matrix/scene'

type Answer = Record<string, unknown>
type Ids = Scene['ids']

const MISSING: Ids = {
  room: 'no-such-room',
  mine: 'no-such-message',
  theirs: 'no-such-message',
  report: 'none',
}

/** The payload of one line, about the room of the scene or about a missing one. */
function payloadOf(row: string, { room: roomId, mine, theirs, report }: Ids): object {
  const send = { content: 'text', clientId: freshClientId() }
  switch (row) {
    case 'join-rooms':
    case 'leave-rooms':
      return { roomIds: [roomId] }
    case 'send-message':
    case 'send-message:readonly':
    case 'send-message:slow':
      return { roomId, ...send }
    case 'send-messages':
      return { roomId, messages: [send] }
    case 'fetch-history':
    case 'fetch-members':
    case 'delete-room':
    case 'list-reports':
    case 'fetch-audit':
    case 'add-member:self':
    case 'remove-member:self':
      return { roomId }
    case 'edit-message:own':
    case 'edit-message:readonly':
    case 'edit-message:slow':
      return { messageId: mine, content: 'new' }
    case 'edit-message:other':
      return { messageId: theirs, content: 'new' }
    case 'delete-message:own':
      return { messageId: mine }
    case 'delete-message:other':
    case 'report-message':
      return { messageId: theirs }
    case 'pin-message':
      return { messageId: theirs, op: 'add' }
    case 'react-message':
      return { messageId: theirs, emoji: '👍', op: 'add' }
    case 'mark-read':
      return { roomId, seq: 1 }
    case 'sync':
      return { rooms: { [roomId]: { rev: 0, minSeq: 0, maxSeq: 0 } } }
    case 'typing':
      return { roomId, typing: true }
    case 'create-room':
      return { name: 'Own', type: 'private' }
    case 'update-room':
      return { roomId, name: 'New' }
    case 'list-rooms':
    case 'list-reported-rooms':
      return {}
    case 'open-dm':
      return { userIds: ['new'] }
    case 'add-member:other':
      return { roomId, userId: 'new' }
    case 'remove-member:other':
    case 'ban-member':
      return { roomId, userId: 'oth' }
    case 'set-role':
      return { roomId, userId: 'oth', role: 'admin' }
    case 'unban-member':
      return { roomId, userId: 'out' }
    case 'mute-member':
      return { roomId, userId: 'oth', until: '2999-01-01T00:00:00.000Z' }
    case 'fetch-report':
      return { roomId, reportId: report }
    case 'resolve-report':
      return { roomId, reportId: report, resolution: 'dismissed' }
    case 'end-sessions':
      return { userId: 'oth' }
    case 'list-invitations':
    case 'list-blocked':
      return {}
    case 'accept-invitation':
    case 'decline-invitation':
      return { roomId }
    case 'block-user':
    case 'unblock-user':
      return { userId: 'oth' }
    case 'hide-dm':
      return { roomId, hidden: true }
    case 'watch-presence':
      return { userIds: ['oth'] }
    case 'refresh-token':
      return { token: 'me' }
    default:
      throw new Error(`no payload for ${row}`)
  }
}

const eventOf = (row: string): string => row.split(':')[0] ?? row

/** The outcome of a request: for a batch that of its one message. */
function outcomeOf(answer: Answer): Answer {
  const { results } = answer
  return Array.isArray(results) ? results[0] : answer
}

/** An answer without the request's names and numbers: it must be the same for hidden and missing. */
function bytes(answer: Answer, { room }: Ids): string {
  return JSON.stringify(answer)
    .replaceAll(room, '<room>')
    .replaceAll(/"requestId":"[^"]*"/g, '"requestId":"<id>"')
}

function verdictOf(row: string, answer: Answer, missing: { answer: Answer; ids: Ids }, ids: Ids): string {
  const outcome = outcomeOf(answer)
  const isAsMissing = bytes(answer, ids) === bytes(missing.answer, missing.ids)
  if (outcome.ok === true) return ['join-rooms', 'sync'].includes(row) && isAsMissing ? '0' : 'y'
  switch (outcome.code) {
    case 'FORBIDDEN':
    case 'SLOW_MODE':
      return 'F'
    case 'ROOM_NOT_FOUND':
    case 'MESSAGE_NOT_FOUND':
    case 'INVITATION_NOT_FOUND':
      return isAsMissing ? 'N' : `hidden, and told apart: ${JSON.stringify(answer)}`
    case 'USER_BANNED':
      return 'B'
    case 'LIMIT_EXCEEDED':
      return 'L'
    default:
      return JSON.stringify(answer)
  }
}

async function settle(row: string, { boss, me, ids }: Scene, standing: Standing): Promise<void> {
  const settings = row.endsWith(':readonly')
    ? { readOnly: true }
    : row.endsWith(':slow')
      ? { slowModeSeconds: 60 }
      : undefined
  if (!settings) return
  // When `me` owns the room, `boss` is an admin of it, and may still do that.
  expect(await boss.ask('update-room', { roomId: ids.room, settings })).toMatchObject({ ok: true })
  if (standing !== 'never' && row.endsWith('slow'))
    await me.ask('send-message', payloadOf('send-message', ids))
}

async function play(type: RoomType, row: string, standing: Standing): Promise<string> {
  const scene = await makeScene(type, standing)
  await settle(row, scene, standing)
  const missing = await scene.me.ask(eventOf(row), payloadOf(row, MISSING))
  const answer = await scene.me.ask(eventOf(row), payloadOf(row, scene.ids))
  return verdictOf(row, answer, { answer: missing, ids: MISSING }, scene.ids)
}

const cells = ROOM_TYPES.flatMap((type) =>
  rows.flatMap(({ row }) =>
    standingsIn(type).map((standing) => ({ type, row, standing, wanted: expected(type, row, standing) })),
  ),
).filter(({ wanted }) => wanted !== '-')

test('every event and every permission is in the table', () => {
  expect(new Set(rows.map(({ row }) => eventOf(row)))).toEqual(new Set(Object.keys(clientEvents)))
  const permissions = rows.map(({ permission }) => permission).filter((permission) => permission !== '-')
  expect(new Set(permissions)).toEqual(new Set(Object.keys(PERMISSIONS)))
})

test('every event meets every standing in every type of room', () => {
  // In dms there are four standings, and four lines need settings that a dm cannot have.
  expect(cells).toHaveLength(rows.length * STANDINGS.length * 3 + (rows.length - 4) * 4)
})

describe.each(ROOM_TYPES)('in a %s room', (type) => {
  const own = cells.filter((cell) => cell.type === type)
  test.each(rows)('$row', async ({ row }) => {
    const mine = own.filter((cell) => cell.row === row)
    const seen = await Promise.all(
      mine.map(async ({ standing }) => [standing, await play(type, row, standing)] as const),
    )
    expect(Object.fromEntries(seen)).toEqual(
      Object.fromEntries(mine.map(({ standing, wanted }) => [standing, wanted])),
    )
  })
})
