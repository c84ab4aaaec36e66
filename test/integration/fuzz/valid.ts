import { type ClientEvent, clientEvents } from '@roomful/protocol'
import type { Chance } from './chance'

const KEPT = 10
const TURNOVER = 7

/** Ids from answers, so that inputs are about things that exist. */
export class Pool {
  readonly rooms: string[] = ['general']
  /** Thousands of rooms, which are only listed, joined and synced. */
  crowd: readonly string[] = []
  readonly messages: string[] = ['no-such-message']
  readonly reports: string[] = ['no-such-report']
  #learned = 0
  readonly users: string[] = ['ann', 'bob', 'eve', 'root', 'nobody']

  /** Learns from one answer. */
  learn(answer: unknown): void {
    for (const [name, list] of [
      ['room', this.rooms],
      ['message', this.messages],
      ['report', this.reports],
    ] as const) {
      const id = idIn(answer, name)
      if (id === undefined) continue
      // A few, and the same for a while, so that inputs meet each other; when it is full the oldest is dropped now and
      // then.
      if (list.length < KEPT) list.push(id)
      else if (++this.#learned % TURNOVER === 0) list.splice(1, list.length, ...list.slice(2), id)
    }
  }
}

function idIn(answer: unknown, name: string): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined
  const row: unknown = new Map<string, unknown>(Object.entries(answer)).get(name)
  return typeof row === 'object' && row !== null && 'id' in row && typeof row.id === 'string'
    ? row.id
    : undefined
}

export const EVENTS = Object.keys(clientEvents) as [ClientEvent, ...ClientEvent[]]

/** A payload of the right shape, mostly about what exists. */
export function validPayload(chance: Chance, event: ClientEvent, pool: Pool): object {
  const roomId = chance.pick(pool.rooms)
  const messageId = chance.pick(pool.messages)
  const userId = chance.pick(pool.users)
  // Few of each, so that ids meet other content, and edits other revs, whatever the order of the answers.
  const clientId = `client-${chance.below(8)}-fuzz`
  const draft = { content: `text ${chance.below(8)}`, clientId }
  const maybe = <T extends object>(extra: T): T | object => (chance.with(0.3) ? extra : {})
  switch (event) {
    case 'join-rooms':
      return maybe({ roomIds: [roomId] })
    case 'leave-rooms':
      return { roomIds: [roomId] }
    case 'send-message':
      return {
        roomId,
        ...draft,
        ...maybe({ replyTo: messageId }),
        ...maybe({ stream: true }),
        ...maybe({ metadata: { a: [1, { b: 'c' }] } }),
      }
    case 'send-messages':
      return {
        roomId,
        messages: Array.from({ length: 1 + chance.below(4) }, (_, n) => ({
          ...draft,
          clientId: `${clientId}-${n}`,
        })),
      }
    case 'count-unread':
      return { roomId, afterSeq: chance.below(20) }
    case 'fetch-history':
      return {
        roomId,
        ...chance.pick([
          {},
          { beforeSeq: 5 },
          { afterSeq: 3 },
          { aroundSeq: 4 },
          { aroundId: messageId },
          { aroundTime: '2026-01-01T00:00:00.000Z' },
        ]),
        ...maybe({ limit: 10 }),
      }
    case 'edit-message':
      return {
        messageId,
        content: draft.content,
        ...maybe({ opId: clientId }),
        ...(chance.with(0.8) ? { baseRev: chance.below(3) } : {}),
      }
    case 'delete-message':
      return { messageId, ...maybe({ opId: clientId }), ...maybe({ roomId }) }
    case 'react-message':
      return { messageId, emoji: chance.pick(['👍', ':x:', '❤️']), op: chance.pick(['add', 'remove']) }
    case 'pin-message':
      return { messageId, op: chance.pick(['add', 'remove']), ...maybe({ opId: clientId }) }
    case 'write-stream': {
      const state = chance.pick(['streaming', 'streaming', 'finished', 'cancelled'])
      return { roomId, messageId, run: chance.below(2), content: `text ${chance.below(8)}`, state }
    }
    case 'resume-stream':
    case 'cancel-stream':
      return { roomId, messageId }
    case 'message-delta':
      return { deltas: [{ roomId, messageId, run: chance.below(2), offset: chance.below(9), text: 'more' }] }
    case 'mark-read':
      return { roomId, seq: chance.below(100) }
    case 'sync':
      return {
        rooms: { [roomId]: { rev: chance.below(20), minSeq: 0, maxSeq: chance.below(20) } },
        ...maybe({ list: chance.pick([true, {}, { limit: 2 }]) }),
      }
    case 'typing':
      return { roomId, typing: chance.with(0.5) }
    case 'create-room':
      return {
        name: `Room ${chance.below(99)}`,
        type: chance.pick(['public', 'private', 'ephemeral']),
        ...maybe({ members: [userId] }),
      }
    case 'update-room':
      return { roomId, ...maybe({ name: 'Renamed' }), ...maybe({ settings: { readOnly: chance.with(0.1) } }) }
    // Its own, or nothing would be left to try.
    case 'delete-room':
      return { roomId: chance.with(0.05) ? roomId : 'no-such-room' }
    case 'list-rooms':
      return { ...maybe({ query: 'room' }), ...maybe({ limit: 5 }) }
    case 'open-dm':
      return { userIds: [userId] }
    case 'add-member':
    case 'remove-member':
      return { roomId, ...maybe({ userId }) }
    case 'set-role':
      return { roomId, userId, role: chance.pick(['owner', 'admin', 'member']) }
    case 'ban-member':
    case 'unban-member':
      return { roomId, userId }
    case 'mute-member':
      return {
        roomId,
        userId,
        until: chance.pick([null, '2999-01-01T00:00:00Z', '2026-01-01T00:00:00.5+01:00']),
      }
    case 'fetch-members':
      return { roomId, ...maybe({ after: userId }) }
    case 'report-message':
      return { messageId, ...maybe({ reason: 'spam' }) }
    case 'list-reports':
      return { roomId, ...maybe({ resolved: true }) }
    case 'fetch-report':
      return { roomId, reportId: chance.pick(pool.reports) }
    case 'list-reported-rooms':
      return { ...maybe({ after: roomId }), ...maybe({ limit: 5 }) }
    case 'resolve-report':
      return { roomId, reportId: chance.pick(pool.reports), resolution: 'dismissed' }
    case 'fetch-audit':
      return { roomId }
    case 'list-invitations':
      return {}
    case 'accept-invitation':
    case 'decline-invitation':
      return { roomId }
    case 'list-sent-invitations':
      return {}
    case 'withdraw-invitation':
      return { roomId, userId }
    case 'block-user':
    case 'unblock-user':
      return { userId }
    case 'list-blocked':
      return { ...maybe({ after: userId }), ...maybe({ limit: 5 }) }
    case 'hide-dm':
      return { roomId, hidden: chance.with(0.5) }
    case 'watch-presence':
      return { userIds: [userId], ...maybe({ status: 'away' }) }
    // No user would be left to try.
    case 'end-sessions':
      return { userId: 'nobody' }
    case 'refresh-token':
      return { token: chance.pick(['', 'x', userId]) }
  }
}
