import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChatServer } from '@roomful/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { stopwatch } from '../stopwatch'
import { type Answer, type Device, signIn, startServer } from './server-fixture'

/** As many as the promise names; half of them for each side. */
const TRIES = 2_000
const MEDIANS_WITHIN_MS = 2

/** Users who share no room with eve; and as many ids without a user. */
const STRANGERS = Array.from({ length: 50 }, (_, n) => `stranger-${n}`)
const ABSENT = STRANGERS.map((id) => id.replace('stranger', 'nobodys0'))
const INVITERS = 5

let folder: string
let server: ChatServer
let eve: Device
/** Eve's own room. */
let own = ''
let hidden: { roomId: string; messageId: string }
const missing = {
  roomId: '01942000-0000-7000-8000-000000000000',
  messageId: '01942000-0000-7000-8000-000000000001',
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-enumeration-'))
  const limits = { sendsPerSecond: 0, eventsPerSecond: 0 }
  const database = `sqlite:${join(folder, 'chat.db')}`
  server = await startServer({ database, limits, invitations: 'consent', defaultRooms: [] })
  const ann = await signIn(server, 'ann')
  await signIn(server, 'bob').then((bob) => bob.close())
  const { room } = await ann.do('create-room', { name: 'Hidden', type: 'private', members: ['bob'] })
  let messageId = ''
  for (let index = 0; index < 200; index++) {
    const send = { roomId: room.id, content: `secret ${index}`, clientId: `client-id-${index}` }
    messageId = (await ann.do('send-message', send)).message.id
  }
  hidden = { roomId: room.id, messageId }
  ann.close()
  eve = await signIn(server, 'eve')
  own = (await eve.do('create-room', { name: 'Own', type: 'public' })).room.id
  for (const id of STRANGERS) await signIn(server, id).then((stranger) => stranger.close())
})
afterAll(async () => {
  eve.close()
  await server.close()
  rmSync(folder, { recursive: true })
})

type Place = { roomId: string; messageId: string }
const questions: Record<string, (place: Place) => object> = {
  'send-message': ({ roomId }) => ({ roomId, content: 'x', clientId: 'client-id-1' }),
  'send-messages': ({ roomId }) => ({ roomId, messages: [{ content: 'x', clientId: 'client-id-1' }] }),
  'fetch-history': ({ roomId }) => ({ roomId }),
  'count-unread': ({ roomId }) => ({ roomId, afterSeq: 0 }),
  'mark-read': ({ roomId }) => ({ roomId, seq: 5 }),
  typing: ({ roomId }) => ({ roomId, typing: true }),
  'update-room': ({ roomId }) => ({ roomId, name: 'Mine' }),
  'add-member': ({ roomId }) => ({ roomId }),
  'remove-member': ({ roomId }) => ({ roomId, userId: 'bob' }),
  'set-role': ({ roomId }) => ({ roomId, userId: 'bob', role: 'admin' }),
  'ban-member': ({ roomId }) => ({ roomId, userId: 'bob' }),
  'unban-member': ({ roomId }) => ({ roomId, userId: 'bob' }),
  'mute-member': ({ roomId }) => ({ roomId, userId: 'bob', until: null }),
  'fetch-members': ({ roomId }) => ({ roomId }),
  'list-reports': ({ roomId }) => ({ roomId }),
  'fetch-audit': ({ roomId }) => ({ roomId }),
  'join-rooms': ({ roomId }) => ({ roomIds: [roomId] }),
  sync: ({ roomId }) => ({ rooms: { [roomId]: { rev: 3, minSeq: 1, maxSeq: 1 } } }),
  'edit-message': ({ messageId }) => ({ messageId, content: 'x' }),
  'delete-message': ({ messageId }) => ({ messageId }),
  'react-message': ({ messageId }) => ({ messageId, emoji: '👍', op: 'add' }),
  'pin-message': ({ messageId }) => ({ messageId, op: 'add' }),
  'write-stream': (place) => ({ ...place, run: 0, content: 'secret, and more', state: 'streaming' }),
  'resume-stream': (place) => ({ ...place }),
  'cancel-stream': (place) => ({ ...place }),
  'report-message': ({ messageId }) => ({ messageId }),
}

/** The answer without what belongs to this one request. */
const bytes = (answer: Answer, { roomId, messageId }: Place): string =>
  JSON.stringify(answer)
    .replaceAll(/"requestId":"[^"]*"/g, '"requestId":""')
    .replaceAll(roomId, 'ROOM')
    .replaceAll(messageId, 'MESSAGE')

describe('P9: a hidden room is answered as a missing one', () => {
  test.each(Object.keys(questions))('%s: with the same bytes', async (event) => {
    const question = questions[event]
    if (!question) throw new Error('no question')
    const answers = []
    for (const place of [hidden, missing]) answers.push(bytes(await eve.ask(event, question(place)), place))
    expect(answers[0]).toBe(answers[1])
    expect(answers[0]).not.toContain('secret')
  })

  test.each(['fetch-history', 'send-message', 'edit-message', 'sync'])(
    `%s: in the same time, as far as ${TRIES} tries can distinguish`,
    async (event) => {
      const question = questions[event]
      if (!question) throw new Error('no question')
      const watch = stopwatch()
      const times: Record<'hidden' | 'missing', number[]> = { hidden: [], missing: [] }
      // In turns, so that other load on this machine affects both alike.
      for (let index = 0; index < TRIES; index++) {
        const kind = index % 2 === 0 ? 'hidden' : 'missing'
        const began = performance.now()
        await eve.ask(event, question(kind === 'hidden' ? hidden : missing))
        times[kind].push(performance.now() - began)
      }
      expect(watch.idleMs(Math.abs(median(times.hidden) - median(times.missing)))).toBeLessThan(
        MEDIANS_WITHIN_MS,
      )
    },
  )
})

/** What eve may request about another user. */
const aboutUsers: Record<string, (userId: string) => object> = {
  'create-room': (userId) => ({ name: 'Trap', type: 'private', members: [userId] }),
  'open-dm': (userId) => ({ userIds: [userId] }),
  'add-member': (userId) => ({ roomId: own, userId }),
  'remove-member': (userId) => ({ roomId: own, userId }),
  'set-role': (userId) => ({ roomId: own, userId, role: 'admin' }),
  'ban-member': (userId) => ({ roomId: own, userId }),
  'unban-member': (userId) => ({ roomId: own, userId }),
  'mute-member': (userId) => ({ roomId: own, userId, until: null }),
  'fetch-members': () => ({ roomId: own }),
  'watch-presence': (userId) => ({ userIds: [userId] }),
  'block-user': (userId) => ({ userId }),
  'unblock-user': (userId) => ({ userId }),
}

describe('P9: a stranger is answered as an account that does not exist', () => {
  test.each(Object.keys(aboutUsers))('%s: with the same bytes', async (event) => {
    const question = aboutUsers[event]
    if (!question) throw new Error('no question')
    const answers = []
    const present = await signIn(server, 'stranger-0')
    for (const userId of ['stranger-0', 'nobodys0-0']) {
      const answer = JSON.stringify(await eve.ask(event, question(userId)))
      answers.push(
        answer
          .replaceAll(/"(requestId|id)":"[^"]*"/g, '"$1":""')
          .replaceAll(/"(createdAt|joinedAt|blockedAt)":"[^"]*"/g, '"$1":""')
          .replaceAll(userId, 'USER'),
      )
    }
    present.close()
    expect(answers[0]).toBe(answers[1])
  })

  test('add-member: in the same time, the first time too', async () => {
    const watch = stopwatch()
    const times: Record<'stranger' | 'absent', number[]> = { stranger: [], absent: [] }
    for (let inviter = 0; inviter < INVITERS; inviter++) {
      const asking = await signIn(server, `inviter-${inviter}`)
      const { room } = await asking.do('create-room', { name: 'Trap', type: 'private' })
      const measure = async (kind: 'stranger' | 'absent', userId: string): Promise<void> => {
        const began = performance.now()
        await asking.do('add-member', { roomId: room.id, userId })
        times[kind].push(performance.now() - began)
      }
      for (const [index, stranger] of STRANGERS.entries()) {
        await measure('stranger', stranger)
        await measure('absent', ABSENT[index] ?? '')
      }
      asking.close()
    }
    expect(watch.idleMs(Math.abs(median(times.stranger) - median(times.absent)))).toBeLessThan(
      MEDIANS_WITHIN_MS,
    )
  })
})

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
