import type { RoomCursor } from '@roomful/protocol'
import { asRoomId, LIMITS } from '@roomful/protocol/plain'
import { answeredAsOf, listQueryOf } from '../model/chat-core'
import type { ChatError } from '../model/chat-error'
import { chunksToReload } from '../model/room/reload'
import type { RoomModel } from '../model/room/room-model'
import {
  cursorOf,
  historyQueryOf,
  membersQueryOf,
  nextRoomStep,
  nextTypingEnd,
  type RoomRequestStep,
} from '../model/sync/next-room-step'
import { applyAbsence, applyEpoch, applyList } from './listing'
import { attempt } from './report'
import { createAgenda, type RoomTasks, type Runner } from './runner'
import { moment, type Session } from './session'

/** `joining`: it is being joined. `tick`: a typing signal is over. The rest: see `nextRoomStep`. */
type Task = RoomRequestStep | 'joining' | 'tick'

/**
 * Asks for what open rooms miss: joins and syncs of all rooms in one request each, pages room by room. Ends typing signals
 * whose time is over.
 */
export function createSyncRunner(session: Session): Runner<Task> {
  const { cells, ask, failed } = session
  const agenda = createAgenda<Task>()

  const tasksOf = (core: RoomModel, now: number): RoomTasks<Task> => {
    const step = nextRoomStep(core, now)
    const typingEnd = nextTypingEnd(core.people)
    const isTask = typeof step === 'string'
    const tasks: Task[] = isTask ? [step] : []
    if (core.sync.subscription === 'requested') tasks.push('joining')
    if (typingEnd <= now) tasks.push('tick')
    const stepUntil = step === null || isTask ? Number.POSITIVE_INFINITY : step.until
    return { tasks, until: typingEnd > now ? Math.min(stepUntil, typingEnd) : stepUntil }
  }

  const step = (now: number): number => {
    const { connection, listHold } = cells.chat()
    for (const id of agenda.of('tick')) cells.dispatch(id, { type: 'tick', now })
    for (const id of agenda.of('page')) fetchPage(id).catch(failed)
    for (const id of agenda.of('members')) fetchMembers(id).catch(failed)
    for (const id of agenda.of('reload')) reload(id).catch(failed)
    const joins = first(agenda.of('join'))
    const syncs = first(agenda.of('sync'))
    const wantsList = listQueryOf(cells.chat()) && connection.state.status === 'online'
    const listDue = wantsList && listHold.until <= now && agenda.of('joining').size === 0
    if (joins.length > 0) join(joins).catch(failed)
    // With rooms to be joined the list waits for their sync: one round trip for all.
    else if (syncs.length > 0 || listDue) sync(syncs, !!listDue).catch(failed)
    return wantsList && listHold.until > now ? listHold.until : Number.POSITIVE_INFINITY
  }

  return { step, rooms: { agenda, tasksOf } }

  async function reload(id: string): Promise<void> {
    const asked = chunksToReload(cells.room(id).core)
    cells.dispatch(id, { type: 'reload-asked' })
    const no = cells.room(id).core.sync.request?.no ?? 0
    try {
      const chunks = await session.readChunks(id, asked)
      cells.dispatch(id, { type: 'reloaded', no, asked, chunks })
    } catch (error) {
      session.report(error, { source: 'storage', roomId: id })
      // As if they were not there: the server has them.
      cells.dispatch(id, { type: 'reloaded', no, asked, chunks: [] })
    }
  }

  async function join(ids: readonly string[]): Promise<void> {
    for (const id of ids) cells.dispatch(id, { type: 'join-asked' })
    const result = await ask('join-rooms', { roomIds: ids.map(asRoomId) })
    cells.batch(() => {
      for (const id of ids) {
        const notJoined = (error: ChatError | null): void =>
          cells.dispatch(id, { type: 'join-failed', error, ...moment(session) })
        if (!result.ok) notJoined(result.error)
        else
          applied(id, notJoined, () => {
            const head = own(result.ack.heads, id)
            cells.dispatch(id, { type: 'joined', isIn: head !== undefined })
            if (head) cells.dispatch(id, { type: 'head', head, now: session.clock.now() })
          })
      }
    })
  }

  /** A bug in what a room makes of its answer is that room's alone: it asks again, more and more rarely. */
  function applied(id: string, unanswered: (error: null) => void, apply: () => void): void {
    attempt(apply, (error) => {
      session.report(error, { source: 'internal', roomId: id })
      unanswered(null)
    })
  }

  function requestFailed(id: string, no: number, error: ChatError | null): void {
    cells.dispatch(id, { type: 'request-failed', no, error, ...moment(session) })
  }

  async function sync(ids: readonly string[], listDue: boolean): Promise<void> {
    const asked = new Map<string, number>()
    const rooms: Record<string, RoomCursor> = {}
    const { listAfter } = cells.chat()
    const list = listDue ? listQueryOf(cells.chat()) : undefined
    if (list) cells.dispatchChat({ type: 'list-asked' })
    cells.dispatchChat({ type: 'sync-asked' })
    const number = cells.chat().syncs
    for (const id of ids) {
      cells.dispatch(id, { type: 'sync-asked' })
      const { core } = cells.room(id)
      asked.set(id, core.sync.request?.no ?? 0)
      rooms[id] = cursorOf(core)
    }
    const { epoch } = cells.chat()
    const result = await ask('sync', {
      ...(epoch === null ? {} : { epoch }),
      rooms,
      ...(list && { list }),
    })
    cells.batch(() => {
      if (!result.ok) {
        if (list)
          cells.dispatchChat({
            type: 'list-failed',
            after: listAfter,
            error: result.error,
            ...moment(session),
          })
        for (const [id, no] of asked) requestFailed(id, no, result.error)
        return
      }
      const { ack } = result
      applyEpoch(cells, ack.epoch)
      for (const [id, no] of asked) {
        const notSynced = (): void => requestFailed(id, no, null)
        applied(id, notSynced, () => {
          const delta = own(ack.rooms, id)
          // It did not fit into this reply (`more`) and is asked for again with the next; or it is gone, see below.
          if (!delta) return notSynced()
          cells.dispatch(id, { type: 'sync-answered', no, delta, ...moment(session) })
          // A room that the user is in, and that is on no list yet: its `room-added` was lost.
          if (!list && !cells.room(id).core.listing.listed) cells.dispatchChat({ type: 'list-wanted' })
        })
      }
      for (const id of ack.removed) applyAbsence(session, id, number)
      if (ack.list) {
        const { invitations, listNext: next = null } = ack
        cells.dispatchChat({ type: 'list-answered', next })
        applyList(session, ack.list, number, { after: listAfter, next })
        if (invitations) cells.dispatchChat({ type: 'invitations', invitations, asOf: answeredAsOf(number) })
      }
    })
  }

  async function fetchPage(id: string): Promise<void> {
    cells.dispatch(id, { type: 'page-asked' })
    const { core } = cells.room(id)
    const query = historyQueryOf(core)
    const no = core.sync.request?.no ?? 0
    if (query === null) return
    const result = await ask('fetch-history', query)
    const failed = (error: ChatError | null): void => requestFailed(id, no, error)
    if (!result.ok) return failed(result.error)
    const page = result.ack
    applied(id, failed, () => cells.dispatch(id, { type: 'page-answered', no, page, ...moment(session) }))
  }

  async function fetchMembers(id: string): Promise<void> {
    cells.dispatch(id, { type: 'members-asked' })
    const { core } = cells.room(id)
    const no = core.sync.request?.no ?? 0
    const result = await ask('fetch-members', membersQueryOf(core))
    const failed = (error: ChatError | null): void => requestFailed(id, no, error)
    if (!result.ok) return failed(result.error)
    const page = result.ack
    applied(id, failed, () => cells.dispatch(id, { type: 'members-answered', no, page, ...moment(session) }))
  }
}

/** As many as one request may name. */
function first(rooms: ReadonlySet<string>): string[] {
  const ids: string[] = []
  for (const id of rooms) if (ids.push(id) === LIMITS.syncRooms) break
  return ids
}

/** A room may be called like what every object has, such as `toString`. */
const own = <T>(map: Readonly<Record<string, T>>, id: string): T | undefined =>
  Object.hasOwn(map, id) ? map[id] : undefined
