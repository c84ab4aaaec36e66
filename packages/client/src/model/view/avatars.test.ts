import type { Member, Message } from '@roomful/protocol'
import { asRoomId, asUserId } from '@roomful/protocol/plain'
import { expect, test } from 'vitest'
import { reduceRoom } from '../room/reduce-room'
import { newRoom, type RoomModel } from '../room/room-model'
import { sampleRow } from '../rows/timeline/sample-rows'
import { createRoomView } from './room-view'

const [FIRST, SECOND] = ['https://example.com/1.png', 'https://example.com/2.png']

const member = (userId: string, rev: number, avatarUrl?: string): Member => ({
  ...{ roomId: asRoomId('r1'), userId: asUserId(userId), name: userId, role: 'member' },
  ...{ joinedAt: '2026-01-01T00:00:00.000Z', lastReadSeq: 0, fromSeq: 1, rev },
  ...(avatarUrl === undefined ? {} : { avatarUrl }),
})

/** An open room and what it shows, after messages of ben and cid. */
function room() {
  const view = createRoomView()
  const fresh = newRoom('r1', { me: 'me', myName: 'Me', connection: 'up', windowSize: 100, hasStore: false })
  let model: RoomModel = {
    ...fresh,
    rows: { ...fresh.rows, tail: 0 },
    sync: { ...fresh.sync, subscription: 'synced' },
    view: { ...fresh.view, opened: true },
  }
  let rev = 0
  const dispatch = (...[event]: [Parameters<typeof reduceRoom>[1]]): void => {
    model = reduceRoom(model, event)
  }
  const say = (senderId: string): void => {
    const message: Message = sampleRow(model.rows.lastSeq + 1, ++rev, { senderId: asUserId(senderId) })
    dispatch({ type: 'changes', now: 0, changes: [{ kind: 'message', rev, message }] })
  }
  const show = (userId: string, avatarUrl?: string): void => {
    const row = member(userId, ++rev, avatarUrl)
    dispatch({ type: 'changes', now: 0, changes: [{ kind: 'member', rev, member: row }] })
  }
  for (const sender of ['ben', 'cid', 'ben']) say(sender)
  const state = () => view(model)
  return { dispatch, say, show, state, pictures: () => state().messages.map((one) => one.senderAvatarUrl) }
}

test("a sender's picture is the one that they have now, on all of their messages", () => {
  const { show, say, state, pictures } = room()
  expect(pictures()).toEqual([undefined, undefined, undefined])
  show('ben', FIRST)
  expect(pictures()).toEqual([FIRST, undefined, FIRST])
  say('ben')
  show('ben', SECOND)
  expect(pictures()).toEqual([SECOND, undefined, SECOND, SECOND])
  expect(state().members).toMatchObject([{ userId: 'ben', avatarUrl: SECOND }])
  show('ben')
  expect(state().messages.some((message) => 'senderAvatarUrl' in message)).toBe(false)
  expect(state().members[0]).not.toHaveProperty('avatarUrl')
})

test('the messages of others, and all of them when no picture changes, stay the same objects', () => {
  const { show, state } = room()
  show('ben', FIRST)
  const before = state().messages
  show('dan')
  expect(state().messages).toBe(before)
  show('ben', SECOND)
  expect(state().messages[1]).toBe(before[1])
  expect(state().messages[0]).not.toBe(before[0])
})

test('one who types is shown with it, and with a new one', () => {
  const { dispatch, show, state } = room()
  dispatch({ type: 'typing', userId: 'ben', name: 'ben', avatarUrl: FIRST, until: 3_000, now: 0 })
  expect(state().typing).toEqual([{ userId: 'ben', name: 'ben', avatarUrl: FIRST }])
  show('ben', SECOND)
  expect(state().typing).toEqual([{ userId: 'ben', name: 'ben', avatarUrl: SECOND }])
  show('ben')
  expect(state().typing).toEqual([{ userId: 'ben', name: 'ben' }])
})
