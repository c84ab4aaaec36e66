import type { Chat, ChatOptions, Room } from '@roomful/client'
import type { ClientEvent, Payload } from '@roomful/protocol'
import { LIMITS } from '@roomful/protocol'
import { ME, previewOf, ROOM, roomRow, row, rows } from './frames'
import { sink, turn } from './trial'
import { type Reply, reply, Wire } from './wire'

/** The built package, by an address that the compiler does not follow: it would check the bundler's output. */
const { createChat }: typeof import('@roomful/client') = await import(
  new URL('../dist/index.js', import.meta.url).href
)

export type SceneOptions = {
  /** Messages that the room has at the server. */
  readonly messages: number
  /** How many of them the client loads; default: as many as fit into its window. */
  readonly held?: number
  readonly windowSize?: number
  /** Rooms in the list of the user, this one among them. */
  readonly rooms?: number
  /** Answers one of the trial's own requests; undefined: the default answer; null: never. */
  readonly answer?: (event: ClientEvent, payload: unknown) => Reply | null | undefined
}

/** A chat of the built package with one open room, a listener that reads it, and a server made of a few tables. */
export type Scene = {
  readonly chat: Chat
  readonly room: Room
  readonly wire: Wire
  /** The newest seq and rev of the room. */
  lastSeq: number
  rev: number
  /** How often the listener of the room was called. */
  calls: number
}

export async function openScene(options: SceneOptions): Promise<Scene> {
  const { messages, rooms = 1 } = options
  let clientIds = 0
  const scene = { lastSeq: messages, rev: messages, calls: 0 }
  const wire = new Wire((event, payload) => {
    const own = options.answer?.(event, payload)
    return own === undefined ? usual(event, payload) : own
  }, readyPayload)

  function usual<E extends ClientEvent>(event: E, payload: Payload<E>): Reply {
    const known: { readonly [K in ClientEvent]?: (payload: Payload<K>) => object } = {
      'join-rooms': () => ({ ok: true, heads: { [ROOM]: { rev: scene.rev, lastSeq: scene.lastSeq } } }),
      sync: ({ rooms: asked, list }) => ({
        ok: true,
        epoch: 'epoch',
        rooms: Object.fromEntries(Object.keys(asked).map((id) => [id, deltaOf(scene)])),
        removed: [],
        ...(list && { list: Array.from({ length: rooms }, (_, i) => listItem(i, scene)) }),
      }),
      'fetch-history': ({ beforeSeq, limit = 50 }) => {
        const toSeq = (beforeSeq ?? scene.lastSeq + 1) - 1
        return pageOf(Math.max(1, toSeq - limit + 1), toSeq, scene)
      },
      'mark-read': ({ seq }) => ({ ok: true, seq, unread: 0 }),
    }
    const answer = known[event]
    if (answer === undefined) throw new Error(`nothing answers ${event}`)
    return reply(event, answer(payload))
  }

  const chatOptions: ChatOptions = {
    url: 'memory:',
    auth: 'token',
    storage: 'memory',
    readDebounceMs: 0,
    // An entry that waits here waits for good.
    requestTimeoutMs: 2 ** 30,
    ...(options.windowSize === undefined ? {} : { windowSize: options.windowSize }),
    onError: (error) => {
      throw error
    },
    ports: {
      transport: wire.factory,
      // Predicted, so that the server's answer is built before the clock runs.
      ids: { clientId: () => clientIdOf(++clientIds), random: () => 0.5 },
    },
  }
  const chat = createChat(chatOptions)
  const room = chat.room(ROOM)
  await room.open()
  const held = options.held ?? Math.min(messages, options.windowSize ?? DEFAULT_WINDOW)
  while (room.messages().length < held && room.getState().hasOlder) await room.loadOlder(LIMITS.historyPage)
  if (room.messages().length < held) throw new Error(`${room.messages().length} of ${held} messages are held`)
  const whole: Scene = Object.assign(scene, { chat, room, wire })
  room.subscribe(() => {
    whole.calls++
    const state = room.getState()
    sink.value = [room.messages().at(-1), state.unread]
  })
  await turn()
  return whole
}

/** The client's own default, which these figures describe. */
const DEFAULT_WINDOW = 2_000

export const clientIdOf = (n: number): string => `client-of-mine-${String(n).padStart(8, '0')}`

const readyPayload = {
  protocol: 2,
  epoch: 'epoch',
  user: { id: ME, name: 'Me' },
  limits: {},
  serverTime: '2026-01-01T00:00:00.000Z',
}

const memberRow = (userId: string, lastSeq: number) => ({
  roomId: ROOM,
  userId,
  name: userId,
  role: 'member',
  joinedAt: '2026-01-01T00:00:00.000Z',
  lastReadSeq: lastSeq,
  fromSeq: 1,
  rev: 1,
})

/** A first page: nothing of it is unread. */
function deltaOf({ lastSeq, rev }: { lastSeq: number; rev: number }) {
  const tailFrom = Math.max(1, lastSeq - LIMITS.syncTailLimited + 1)
  return {
    rev,
    lastSeq,
    patch: [],
    tail: rows(tailFrom, lastSeq),
    tailFrom,
    limited: tailFrom > 1,
    lastReadSeq: lastSeq,
    floorSeq: 1,
    unread: 0,
    reads: {},
    members: [
      memberRow(ME, lastSeq),
      ...Array.from({ length: 7 }, (_, i) => memberRow(`user-${i}`, lastSeq)),
    ],
    room: roomRow(ROOM, rev),
  }
}

export const roomIdOf = (i: number): string => (i === 0 ? ROOM : `room-${String(i).padStart(6, '0')}`)

function listItem(i: number, { lastSeq }: { lastSeq: number }) {
  const last = i === 0 ? lastSeq : 10
  return {
    room: roomRow(roomIdOf(i), last),
    role: 'member',
    lastReadSeq: last,
    fromSeq: 1,
    unread: 0,
    preview: previewOf(row(last, last)),
  }
}

export const pageOf = (
  fromSeq: number,
  toSeq: number,
  { lastSeq, rev }: { lastSeq: number; rev: number },
) => ({
  ok: true,
  messages: rows(fromSeq, toSeq),
  rev,
  fromSeq,
  toSeq,
  lastSeq,
  floorSeq: 1,
})
