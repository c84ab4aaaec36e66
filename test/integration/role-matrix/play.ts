import type { RoomType } from '@roomful/protocol'
import type { Authorize } from '@roomful/server'
import { expect } from 'vitest'
import { freshClientId, makeScene, type Scene, type Standing, type World } from './scene'

/** The app's reason in each refusal of these tests. */
export const REASON = 'Not while the moon is full'

type Answer = Record<string, unknown>
type Ids = Scene['ids']

const missing = (ids: Ids): Ids => ({
  ...ids,
  room: 'no-such-room',
  mine: 'no-such-message',
  theirs: 'no-such-message',
  mineGrows: 'no-such-message',
  theirsGrows: 'no-such-message',
  report: 'none',
})

/** The payload of one line, about the room of the scene or about a missing one. */
function payloadOf(row: string, ids: Ids): object {
  const { room: roomId, mine, theirs, mineGrows, theirsGrows, report, me, oth, out, fresh } = ids
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
    case 'count-unread':
      return { roomId, afterSeq: 0 }
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
    case 'write-stream':
      return { roomId, messageId: mineGrows, run: 0, content: 'text, and more', state: 'streaming' }
    case 'resume-stream':
      return { roomId, messageId: mineGrows }
    case 'cancel-stream':
      return { roomId, messageId: theirsGrows }
    case 'message-delta':
      return { deltas: [{ roomId, messageId: mineGrows, run: 0, offset: 4, text: 'more' }] }
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
      return { userIds: [fresh] }
    case 'add-member:other':
      return { roomId, userId: fresh }
    case 'remove-member:other':
    case 'ban-member':
      return { roomId, userId: oth }
    case 'set-role':
      return { roomId, userId: oth, role: 'admin' }
    case 'unban-member':
      return { roomId, userId: out }
    case 'mute-member':
      return { roomId, userId: oth, until: '2999-01-01T00:00:00.000Z' }
    case 'fetch-report':
      return { roomId, reportId: report }
    case 'resolve-report':
      return { roomId, reportId: report, resolution: 'dismissed' }
    case 'end-sessions':
      return { userId: oth }
    case 'list-invitations':
    case 'list-sent-invitations':
    case 'list-blocked':
      return {}
    case 'accept-invitation':
    case 'accept-invitation:invited':
    case 'decline-invitation':
      return { roomId }
    case 'withdraw-invitation':
      return { roomId, userId: oth }
    case 'block-user':
    case 'unblock-user':
      return { userId: oth }
    case 'hide-dm':
      return { roomId, hidden: true }
    case 'watch-presence':
      return { userIds: [oth] }
    case 'refresh-token':
      return { token: me }
    default:
      throw new Error(`no payload for ${row}`)
  }
}

export const eventOf = (row: string): string => row.split(':')[0] ?? row

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
    case 'REFUSED':
      return outcome.reason === REASON && outcome.error === REASON && outcome.retry === 'never'
        ? 'R'
        : `refused without its reason: ${JSON.stringify(answer)}`
    default:
      return JSON.stringify(answer)
  }
}

async function settle(row: string, { boss, me, ids, invite }: Scene, standing: Standing): Promise<void> {
  if (row === 'accept-invitation:invited') await invite()
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

/** The outcome of one cell. `authorize`: the app's, for the request of the cell alone. */
export async function play(
  world: World,
  { type, row, standing }: { type: RoomType; row: string; standing: Standing },
  authorize?: Authorize,
): Promise<string> {
  const scene = await makeScene(world, type, standing)
  await settle(row, scene, standing)
  const ids = missing(scene.ids)
  const answer = await scene.me.ask(eventOf(row), payloadOf(row, ids))
  if (authorize) world.app.authorize = authorize
  const found = await scene.me.ask(eventOf(row), payloadOf(row, scene.ids))
  delete world.app.authorize
  for (const device of scene.devices) device.close()
  return verdictOf(row, found, { answer, ids }, scene.ids)
}
