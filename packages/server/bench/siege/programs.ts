import { FAT, GRAVES, HALL, MANY_ROOMS, PEOPLE } from './seed'

type Frame = readonly [event: string, payload: unknown]

/** What an ordinary user can do with their full allowance: 20 sockets, 100 requests a second on each. */
export type Program = {
  readonly name: string
  readonly sockets: number
  /** Per second and socket; 0: as fast as it goes. */
  readonly perSecond: number
  /** The n-th event, with its payload. */
  readonly frames: (n: number) => Frame
  /** It reads nothing. */
  readonly mute?: boolean
  /** Each connection is closed at once. */
  readonly storm?: boolean
}

const ROOM = { roomId: 'general' }
const members = PEOPLE.slice(0, 100)
const everyRoom = Object.fromEntries(MANY_ROOMS.map((id) => [id, { rev: 0, minSeq: 1, maxSeq: 0 }]))
const clientId = (n: number): string => `${Date.now().toString(36)}-${n.toString(36).padStart(8, '0')}`
const long = 'x'.repeat(60_000)

export const PROGRAMS: readonly Program[] = [
  {
    name: 'rooms with 100 members each',
    sockets: 5,
    perSecond: 100,
    frames: () => [
      'create-room',
      { name: 'x', type: 'private', members, metadata: { text: 'x'.repeat(4_000) } },
    ],
  },
  {
    name: 'ephemeral rooms',
    sockets: 20,
    perSecond: 100,
    frames: () => ['create-room', { name: 'x', type: 'ephemeral' }],
  },
  {
    name: 'typing, on and off',
    sockets: 20,
    perSecond: 100,
    frames: (n) => ['typing', { ...ROOM, typing: n % 2 === 0 }],
  },
  {
    name: 'the same read again and again',
    sockets: 20,
    perSecond: 100,
    frames: () => ['mark-read', { ...ROOM, seq: 1e9 }],
  },
  {
    name: 'a read cursor, step by step',
    sockets: 20,
    perSecond: 100,
    frames: (n) => ['mark-read', { roomId: GRAVES, seq: n }],
  },
  {
    name: 'searches that find nothing',
    sockets: 20,
    perSecond: 100,
    frames: (n) => ['list-rooms', { query: `no such ${n}` }],
  },
  {
    name: 'the whole list, and all rooms',
    sockets: 20,
    perSecond: 100,
    frames: () => ['sync', { rooms: everyRoom, list: true }],
  },
  {
    name: 'long pages, not read',
    sockets: 20,
    perSecond: 100,
    frames: () => ['sync', { rooms: { [FAT]: { rev: 0, minSeq: 1, maxSeq: 400 } } }],
    mute: true,
  },
  {
    name: 'history of deleted messages',
    sockets: 20,
    perSecond: 100,
    frames: (n) => ['fetch-history', { roomId: GRAVES, beforeSeq: 4_000 + (n % 1_000), limit: 200 }],
  },
  {
    name: 'come and go',
    sockets: 20,
    perSecond: 100,
    frames: (n) => [n % 2 === 0 ? 'add-member' : 'remove-member', { roomId: HALL }],
  },
  {
    name: 'sends, edits and reactions',
    sockets: 20,
    perSecond: 100,
    frames: (n) =>
      n % 2 === 0
        ? ['send-message', { ...ROOM, content: 'x'.repeat(8_000), clientId: clientId(n) }]
        : ['react-message', { messageId: `${FAT}-1`, emoji: '👍', op: n % 4 === 1 ? 'add' : 'remove' }],
  },
  {
    name: 'reports',
    sockets: 20,
    perSecond: 100,
    frames: () => ['report-message', { messageId: `${FAT}-1`, reason: 'x'.repeat(500) }],
  },
  {
    name: 'online and away',
    sockets: 20,
    perSecond: 100,
    frames: (n) => ['watch-presence', { userIds: members, status: n % 2 === 0 ? 'away' : 'online' }],
  },
  {
    name: 'large payloads that are none',
    sockets: 20,
    perSecond: 100,
    frames: () => ['send-message', { ...ROOM, content: 1, metadata: { long } }],
  },
  {
    name: 'far over the rate',
    sockets: 20,
    perSecond: 0,
    frames: () => ['typing', { ...ROOM, typing: true }],
  },
  {
    name: 'tokens to renew with, that are none',
    sockets: 20,
    perSecond: 100,
    frames: (n) => ['refresh-token', { token: `${'x'.repeat(500)}.${n}` }],
  },
  {
    name: 'connections, one after the other',
    sockets: 20,
    perSecond: 50,
    frames: () => ['join-rooms', {}],
    storm: true,
  },
]
