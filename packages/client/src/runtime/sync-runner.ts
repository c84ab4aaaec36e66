import type { RoomCursor } from '@roomful/protocol'
import { asRoomId, LIMITS } from '@roomful/protocol/plain'
import { cursorOf, historyQueryOf, nextRoomStep } from '../core/room/next-room-step'
import { shelfIndexes } from '../core/room/shelf'
import { applyAbsence, applyEpoch, applyList } from './listing'
import { moment, type Session } from './session'

/** Asks for what open rooms miss: joins and syncs of all rooms in one request each, pages room by room. */
export function createSyncRunner(session: Session): (now: number) => number {
  const { cells, ask } = session

  return (now) => {
    const { connection, listWanted, listHold } = cells.chat()
    const joins: string[] = []
    const syncs: string[] = []
    let due = Number.POSITIVE_INFINITY
    for (const { core } of cells.all()) {
      const step = nextRoomStep(core, now)
      if (step === 'join') joins.push(core.id)
      else if (step === 'sync') syncs.push(core.id)
      else if (step === 'page') void fetchPage(core.id)
      else if (step === 'shelf') void readShelf(core.id)
      else if (step !== null) due = Math.min(due, step.until)
    }
    const wantsList = listWanted && connection.state.status === 'online'
    const listDue = wantsList && listHold.until <= now && !joining()
    if (wantsList && listHold.until > now) due = Math.min(due, listHold.until)
    if (joins.length > 0) void join(joins.slice(0, LIMITS.syncRooms))
    // With rooms to be joined the list waits for their sync: one round trip for all.
    else if (syncs.length > 0 || listDue) void sync(syncs.slice(0, LIMITS.syncRooms), listDue)
    return due
  }

  async function readShelf(id: string): Promise<void> {
    const asked = shelfIndexes(cells.room(id).core)
    cells.dispatch(id, { type: 'shelf-asked' })
    const no = cells.room(id).core.request?.no ?? 0
    const chunks = await session.readChunks(id, asked)
    cells.dispatch(id, { type: 'shelf-read', no, asked, chunks })
  }

  function joining(): boolean {
    for (const { core } of cells.all()) if (core.joined === 'asked') return true
    return false
  }

  async function join(ids: readonly string[]): Promise<void> {
    for (const id of ids) cells.dispatch(id, { type: 'join-asked' })
    const result = await ask('join-rooms', { roomIds: ids.map(asRoomId) })
    cells.batch(() => {
      for (const id of ids) {
        if (!result.ok) {
          cells.dispatch(id, { type: 'join-failed', error: result.error, ...moment(session) })
          continue
        }
        const head = result.ack.heads[id]
        cells.dispatch(id, { type: 'joined', isIn: head !== undefined })
        if (head) cells.dispatch(id, { type: 'head', head, now: session.clock.now() })
      }
    })
  }

  async function sync(ids: readonly string[], list: boolean): Promise<void> {
    const asked = new Map<string, number>()
    const rooms: Record<string, RoomCursor> = {}
    if (list) cells.dispatchChat({ type: 'list-wanted', wanted: false })
    cells.dispatchChat({ type: 'sync-asked' })
    const number = cells.chat().syncs
    for (const id of ids) {
      cells.dispatch(id, { type: 'sync-asked' })
      const { core } = cells.room(id)
      asked.set(id, core.request?.no ?? 0)
      rooms[id] = cursorOf(core)
    }
    const { epoch } = cells.chat()
    const result = await ask('sync', {
      ...(epoch === null ? {} : { epoch }),
      rooms,
      ...(list ? { list: true as const } : {}),
    })
    cells.batch(() => {
      if (!result.ok) {
        if (list) cells.dispatchChat({ type: 'list-failed', error: result.error, ...moment(session) })
        for (const [id, no] of asked)
          cells.dispatch(id, { type: 'request-failed', no, error: result.error, ...moment(session) })
        return
      }
      const { ack } = result
      applyEpoch(cells, ack.epoch)
      for (const [id, no] of asked) {
        const delta = ack.rooms[id]
        if (delta) cells.dispatch(id, { type: 'sync-answered', no, delta, ...moment(session) })
        // It did not fit into this reply (`more`) and is asked for again with the next; or it is gone, see below.
        else cells.dispatch(id, { type: 'request-failed', no, error: null, ...moment(session) })
      }
      for (const id of ack.removed) applyAbsence(session, id, number)
      if (ack.list) {
        cells.dispatchChat({ type: 'list-answered' })
        applyList(session, ack.list, number)
      }
    })
  }

  async function fetchPage(id: string): Promise<void> {
    cells.dispatch(id, { type: 'page-asked' })
    const { core } = cells.room(id)
    const query = historyQueryOf(core)
    const no = core.request?.no ?? 0
    if (query === null) return
    const result = await ask('fetch-history', query)
    if (result.ok) cells.dispatch(id, { type: 'page-answered', no, page: result.ack, ...moment(session) })
    else cells.dispatch(id, { type: 'request-failed', no, error: result.error, ...moment(session) })
  }
}
