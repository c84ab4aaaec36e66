import { type ClientEvent, LIMITS } from '@roomful/protocol'
import type { Chance } from './chance'
import type { Pool } from './valid'

const FAR = Number.MAX_SAFE_INTEGER
const SEQS = [0, 1, 2, 199, 200, 201, 5_000, 100_000, 2 ** 31, 2 ** 32, FAR - 1, FAR]
/** One code point each, of one to eleven units and bytes. */
const LETTERS = ['x', 'é', '茶', '😀', '\u0301', '\n']
const LATEST_ID = '~'.repeat(64)

const many = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))

/** At its maximum length, in one kind of letter: the longest texts are not the longest in bytes. */
const longText = (chance: Chance, length: number): string => `x${chance.pick(LETTERS).repeat(length - 2)}x`

/** At its maximum size, width or depth. */
function metadata(chance: Chance): object {
  switch (chance.below(3)) {
    case 0:
      return { note: 'm'.repeat(LIMITS.metadataBytes - 20) }
    case 1:
      return Object.fromEntries(many(LIMITS.metadataKeys, (n) => [`key-${n}`, n]))
    default: {
      let deep: unknown = 1
      for (let n = 1; n < LIMITS.metadataDepth; n++) deep = { deep }
      return { deep }
    }
  }
}

/**
 * A payload of the right shape at the limits of an event: the longest texts, the largest lists, places at the end of
 * the numbers, pages far behind. Undefined: this event has no limits of its own.
 */
export function extremePayload(chance: Chance, event: ClientEvent, pool: Pool): object | undefined {
  const roomId = chance.pick(pool.rooms)
  const userId = chance.pick(pool.users)
  const seq = (): number => chance.pick(SEQS)
  const draft = (n: number): object => ({
    content: longText(chance, LIMITS.contentCodePoints),
    clientId: `client-${chance.below(4)}-${n}-long`,
    ...(chance.with(0.5) ? { metadata: metadata(chance) } : {}),
  })
  switch (event) {
    case 'send-message':
      return { roomId, ...draft(0) }
    case 'send-messages':
      return { roomId, messages: many(chance.pick([1, LIMITS.sendBatch]), draft) }
    case 'edit-message':
      return {
        messageId: chance.pick(pool.messages),
        content: longText(chance, LIMITS.contentCodePoints),
        baseRev: seq(),
      }
    case 'fetch-history':
      return {
        roomId,
        limit: LIMITS.historyPage,
        includeDeleted: chance.with(0.5),
        ...chance.pick([{}, { beforeSeq: seq() }, { afterSeq: seq() }, { aroundSeq: seq() }]),
      }
    case 'mark-read':
      return { roomId, seq: seq() }
    case 'join-rooms':
    case 'leave-rooms':
      return { roomIds: roomsOf(chance, pool) }
    case 'sync': {
      const rooms = roomsOf(chance, pool).map((id) => {
        const [minSeq, maxSeq] = [seq(), seq()]
        return [
          id,
          {
            rev: seq(),
            minSeq,
            maxSeq,
            ...(chance.with(0.2) ? { cont: `p${chance.below(12)}.${seq()}` } : {}),
          },
        ]
      })
      const after = chance.pick([...pool.rooms, ...pool.crowd.slice(-3), '0', LATEST_ID.replaceAll('~', 'z')])
      const limit = chance.pick([1, 2, LIMITS.listPage])
      return {
        rooms: Object.fromEntries(rooms),
        ...chance.pick([{}, { list: true }, { list: {} }, { list: { limit } }, { list: { after, limit } }]),
      }
    }
    case 'create-room':
      return {
        name: longText(chance, LIMITS.roomNameLength).replaceAll('\n', ' '),
        type: chance.pick(['public', 'private', 'ephemeral']),
        members: many(chance.pick([1, 100]), () => userId),
        metadata: metadata(chance),
      }
    case 'update-room':
      return { roomId, metadata: metadata(chance), settings: { slowModeSeconds: chance.pick([0, 1]) } }
    case 'list-rooms':
      return {
        query: chance.pick([
          'room',
          'ro',
          'r',
          '%',
          '"',
          "'",
          'x'.repeat(LIMITS.queryLength),
          'room 19',
          '茶茶茶',
          'ROOM 1*',
        ]),
        limit: chance.pick([1, LIMITS.roomsPage]),
        ...(chance.with(0.3)
          ? { after: chance.pick(['0 ', '0 Room 5', `${'z'.repeat(64)} ${'z'.repeat(100)}`]) }
          : {}),
      }
    case 'count-unread':
      return { roomId, afterSeq: chance.pick([0, Number.MAX_SAFE_INTEGER]) }
    case 'open-dm':
      return { userIds: many(chance.pick([1, LIMITS.dmMembers - 1]), () => chance.pick(pool.users)) }
    case 'fetch-members':
      return { roomId, limit: LIMITS.membersPage, after: chance.pick(['a', 'zzz', userId]) }
    case 'report-message':
      return { messageId: chance.pick(pool.messages), reason: 'r'.repeat(LIMITS.reasonLength) }
    case 'list-reports':
    case 'fetch-audit':
      return { roomId, limit: 100, after: chance.pick(['0', 'z'.repeat(64), ...pool.reports]) }
    case 'watch-presence':
      return { userIds: many(LIMITS.watchedUsers, (n) => `user-${n}`) }
    case 'mute-member':
      return { roomId, userId, until: chance.pick(['9999-12-31T23:59:59Z', '0001-01-01T00:00:00Z']) }
    case 'add-member':
    case 'remove-member':
    case 'ban-member':
    case 'unban-member':
    case 'set-role':
    case 'delete-message':
    case 'react-message':
    case 'resolve-report':
    case 'typing':
    case 'refresh-token':
      return undefined
    default:
      return undefined
  }
}

/** As many as one request may name: existing ones and missing ones. */
function roomsOf(chance: Chance, pool: Pool): string[] {
  const known = [...pool.rooms, ...pool.crowd]
  const from = chance.below(known.length)
  const ids = [...known.slice(from), ...many(LIMITS.syncRooms, (n) => `nowhere-${n}`)]
  return ids.slice(0, chance.pick([1, 20, LIMITS.syncRooms]))
}
