import { asClientId, asRoomId, asUserId, type Message, type Room } from '@roomful/protocol'
import { handClock } from '../src/adapters/hand-clock'
import { newRoom, type RoomCore } from '../src/core/room/room-core'
import { sampleRow, sampleRows } from '../src/core/timeline/sample-rows'
import { type Cells, createCells } from '../src/runtime/cells'
import type { Case, Trial } from './measure'
import { FIRST, heldTimeline, sink, spreadSeq } from './timeline-cases'

const ME = 'u0'
const ROOM = 'r1'
const ROOMS = 500
const NOW = 1_800_000_000_000

const rowOf = (id: string, rev: number, lastSeq: number): Room => ({
  id: asRoomId(id),
  name: `Room ${id}`,
  type: 'public',
  createdBy: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  metadata: {},
  settings: {},
  rev,
  lastSeq,
})

/** A room that is open and live, with so many messages held and all of them read. */
function liveRoom(held: number): RoomCore {
  const last = FIRST + held - 1
  return {
    ...newRoom(ROOM, { me: ME, line: 'up', windowSize: Number.MAX_SAFE_INTEGER, durable: false }),
    opened: true,
    joined: 'yes',
    fresh: true,
    listed: true,
    timeline: heldTimeline(held),
    tail: last,
    cursor: last,
    known: last,
    lastSeq: last,
    counted: last,
    lastReadSeq: last,
    room: rowOf(ROOM, last, last),
    role: 'member',
  }
}

/** The store as the app has it, with a listener on the room, set back to the same state for every round. */
function storeOf(base: RoomCore): { cells: Cells; reset(): void } {
  const cells = createCells({
    storage: { status: 'memory' },
    clock: handClock(),
    report: (error) => console.error(error),
    newRoom: (id) => ({ ...newRoom(id, { me: ME, line: 'up', windowSize: 2_000, durable: false }) }),
    settle: () => undefined,
  })
  const cell = cells.room(ROOM)
  cell.topic.listeners.add(() => {
    sink.value = cell.core
  })
  cells.chatTopic.listeners.add(() => {
    sink.value = cells.chat()
  })
  return {
    cells,
    reset: () => {
      cell.core = base
      cells.changed(cell.topic)
    },
  }
}

const liveMessage = (cells: Cells, message: Message): void =>
  cells.dispatch(ROOM, {
    type: 'changes',
    changes: [{ rev: message.rev, kind: 'message', message }],
    now: NOW,
  })

/** The client's own store: room machine, room list, listeners; nothing is trimmed. */
export const roomCases: readonly Case[] = [
  {
    name: 'room: a live message',
    count: 100,
    trial: (held) => {
      const { cells, reset } = storeOf(liveRoom(held))
      const rows = sampleRows(FIRST + held, FIRST + held + 199)
      return {
        run: (count) => {
          reset()
          for (const row of rows.slice(0, count)) liveMessage(cells, row)
        },
      }
    },
  },
  {
    name: 'room: an edit anywhere',
    count: 200,
    trial: (held) => {
      const { cells, reset } = storeOf(liveRoom(held))
      const first = FIRST + held
      const rows = Array.from({ length: 200 }, (_, i) => sampleRow(spreadSeq(held, i), first + i))
      return {
        run: (count) => {
          reset()
          for (const row of rows.slice(0, count)) liveMessage(cells, row)
        },
      }
    },
  },
  {
    name: 'room: a page of 100 older',
    count: 10,
    trial: (held) => {
      const { cells, reset } = storeOf({ ...liveRoom(held), anchor: FIRST })
      const pages = Array.from({ length: 20 }, (_, i) =>
        sampleRows(FIRST - 100 * (i + 1), FIRST - 100 * i - 1),
      )
      return {
        run: (count) => {
          reset()
          for (const messages of pages.slice(0, count)) loadOlder(cells, messages)
        },
      }
    },
  },
  { name: 'room: the optimistic cycle (send, in flight, confirmed)', count: 30, trial: optimisticCycle },
  {
    name: `list: one event in ${ROOMS} rooms`,
    count: 50,
    trial: (held) => {
      const { cells, reset } = storeOf(liveRoom(held))
      reset()
      for (let i = 0; i < ROOMS; i++) listRoom(cells, `room-${i}`)
      let at = 0
      return {
        run: (count) => {
          for (let i = 0; i < count; i++) roomActivity(cells, ++at)
        },
      }
    },
  },
]

function loadOlder(cells: Cells, messages: readonly Message[]): void {
  const fromSeq = messages[0]?.seq ?? 1
  const toSeq = messages.at(-1)?.seq ?? 1
  const { lastSeq, cursor } = cells.room(ROOM).core
  cells.dispatch(ROOM, { type: 'page-wanted', want: { kind: 'older', seq: toSeq + 1, limit: 100 } })
  cells.dispatch(ROOM, { type: 'page-asked' })
  cells.dispatch(ROOM, {
    type: 'page-answered',
    no: cells.room(ROOM).core.request?.no ?? 0,
    page: { ok: true, messages: [...messages], rev: cursor, fromSeq, toSeq, lastSeq, floorSeq: 1 },
    now: NOW,
    random: 0,
  })
}

function optimisticCycle(held: number): Trial {
  const { cells, reset } = storeOf(liveRoom(held))
  const rows = sampleRows(FIRST + held, FIRST + held + 199).map((row) => ({
    ...row,
    senderId: asUserId(ME),
    clientId: asClientId(`client-${row.seq}`),
  }))
  return {
    run: (count) => {
      reset()
      for (const [order, row] of rows.slice(0, count).entries()) {
        const { clientId: id, content, createdAt } = row
        cells.dispatch(ROOM, {
          type: 'enqueued',
          wish: { kind: 'send', id, content, replyTo: null, createdAt, wantedAt: NOW, serverAt: null },
          order,
        })
        cells.dispatch(ROOM, { type: 'picked', ids: [id] })
        cells.dispatch(ROOM, { type: 'answered', answers: [{ id, row }], now: NOW, random: 0 })
        liveMessage(cells, row)
      }
    },
  }
}

function listRoom(cells: Cells, id: string): void {
  const item = {
    room: rowOf(id, 1, 1),
    role: 'member' as const,
    lastReadSeq: 0,
    fromSeq: 1,
    unread: 0,
    preview: null,
  }
  cells.dispatch(id, { type: 'listed', item, asOf: 0, now: NOW })
}

/** The room that hears of a message moves to the top of the list. */
function roomActivity(cells: Cells, at: number): void {
  const { senderId, senderName, type, content, deleted } = sampleRow(at, at)
  const createdAt = new Date(NOW + at).toISOString()
  cells.dispatch(`room-${(at * 7_919) % ROOMS}`, {
    type: 'activity',
    rev: 1 + at,
    lastSeq: 1 + at,
    lastReadSeq: 0,
    unread: at,
    preview: { seq: 1 + at, senderId, senderName, type, content, createdAt, deleted },
    now: NOW,
  })
}
