import { row } from '../frames'
import { sink } from '../trial'
import { load, type Peer } from './peer'

type Event = object
type Room = { getLiveTimeline(): { getEvents(): readonly Event[] } }
type Client = {
  startClient(options: object): Promise<void>
  getRoom(id: string): Room | null
  on(event: string, listener: (event: Event, room: Room) => void): void
}
type Library = {
  createClient(options: {
    baseUrl: string
    userId: string
    accessToken: string
    fetchFn: typeof fetch
  }): Client
}

const ROOM = '!general:example.org'
const ME = '@me:example.org'

/** Its client over a `fetch` that answers from memory, with a listener that reads the timeline of the room. */
export const matrix: Peer = async (folder) => {
  const { createClient } = await load<Library>(folder, 'matrix-js-sdk')
  let polled: (body: string) => void = () => {}
  const fetchFn: typeof fetch = async (input) => {
    const path = String(input)
    if (path.includes('/sync')) return json(await new Promise<string>((resolve) => (polled = resolve)))
    if (path.includes('/versions')) return json('{ "versions": ["v1.11"] }')
    if (path.includes('/pushrules')) return json('{ "global": {} }')
    if (path.includes('/filter')) return json('{ "filter_id": "0" }')
    return json('{}')
  }
  const client = createClient({ baseUrl: 'https://example.org', userId: ME, accessToken: 'token', fetchFn })
  let shown: readonly Event[] = []
  let arrived: (() => void) | null = null
  let expected = 0
  client.on('Room.timeline', (_event, room) => {
    shown = room.getLiveTimeline().getEvents()
    sink.value = shown.at(-1)
    if (shown.length >= expected) arrived?.()
  })
  /** Answers the poll in flight, and waits until the listener has read it and the next poll is there. */
  const deliver = async (body: string, until: number): Promise<void> => {
    expected = until
    const shows = new Promise<void>((resolve) => (arrived = resolve))
    const old = polled
    old(body)
    await shows
    while (polled === old) await new Promise((resolve) => setImmediate(resolve))
  }
  await new Promise<void>((resolve) => {
    client.startClient({ initialSyncLimit: 20 }).then(resolve)
  })
  while (polled.length === 0) await new Promise((resolve) => setImmediate(resolve))
  return {
    hold: (count) => deliver(syncOf(Array.from({ length: count }, (_, i) => eventOf(i + 1))), count),
    live: {
      text: (n) => syncOf([eventOf(n)]),
      take: (text) => deliver(text, shown.length + 1),
      shown: () => shown.length,
    },
  }
}

const json = (body: string): Response =>
  new Response(body, { headers: { 'Content-Type': 'application/json' } })

let batches = 0
const syncOf = (events: readonly Event[]): string =>
  JSON.stringify({
    next_batch: `batch-${++batches}`,
    rooms: { join: { [ROOM]: { timeline: { events, limited: false, prev_batch: 'start' } } } },
  })

function eventOf(n: number): Event {
  const { id, senderId, content } = row(n, n)
  return {
    event_id: `$${id}`,
    sender: `@${senderId}:example.org`,
    type: 'm.room.message',
    origin_server_ts: 1_700_000_000_000 + n,
    content: { msgtype: 'm.text', body: content },
    unsigned: {},
  }
}
