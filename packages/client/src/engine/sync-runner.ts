import type { RoomCursor } from '@roomful/protocol'
import { asRoomId, LIMITS } from '@roomful/protocol/plain'
import type { ChatError } from '../model/chat-error'
import { answeredAsOf, listQueryOf } from '../model/chat-model'
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
import { type EngineContext, nowAndRandom } from './engine-context'
import { applyAbsence, applyEpoch, applyList } from './listing'
import { attempt } from './report'
import { createAgenda, type RoomTasks, type Runner } from './runner'

/** `joining`: it is being joined. `tick`: a typing signal expires. The rest: see `nextRoomStep`. */
type Task = RoomRequestStep | 'joining' | 'tick'

/**
 * Requests what open rooms miss: joins and syncs of all rooms in one request each, pages room by room. Ends expired
 * typing signals.
 */
export function createSyncRunner(engine: EngineContext): Runner<Task> {
  const { store, ask, failed } = engine
  const agenda = createAgenda<Task>()

  const tasksOf = (model: RoomModel, now: number): RoomTasks<Task> => {
    const step = nextRoomStep(model, now)
    const typingEnd = nextTypingEnd(model.people)
    const isTask = typeof step === 'string'
    const tasks: Task[] = isTask ? [step] : []
    if (model.sync.subscription === 'requested') tasks.push('joining')
    if (typingEnd <= now) tasks.push('tick')
    const stepUntil = step === null || isTask ? Number.POSITIVE_INFINITY : step.until
    return { tasks, until: typingEnd > now ? Math.min(stepUntil, typingEnd) : stepUntil }
  }

  const step = (now: number): number => {
    const { connection, listHold } = store.chat()
    for (const id of agenda.of('tick')) store.dispatch(id, { type: 'tick', now })
    for (const id of agenda.of('page')) fetchPage(id).catch(failed)
    for (const id of agenda.of('members')) fetchMembers(id).catch(failed)
    for (const id of agenda.of('reload')) reload(id).catch(failed)
    const joins = first(agenda.of('join'))
    const syncs = first(agenda.of('sync'))
    const wantsList = listQueryOf(store.chat()) && connection.state.status === 'online'
    const listDue = wantsList && listHold.until <= now && agenda.of('joining').size === 0
    if (joins.length > 0) join(joins).catch(failed)
    // With rooms to be joined the list waits for their sync: one round trip for all.
    else if (syncs.length > 0 || listDue) sync(syncs, !!listDue).catch(failed)
    return wantsList && listHold.until > now ? listHold.until : Number.POSITIVE_INFINITY
  }

  return { step, rooms: { agenda, tasksOf } }

  async function reload(id: string): Promise<void> {
    const asked = chunksToReload(store.room(id).model)
    store.dispatch(id, { type: 'reload-asked' })
    const no = store.room(id).model.sync.request?.no ?? 0
    try {
      const chunks = await engine.readChunks(id, asked)
      store.dispatch(id, { type: 'reloaded', no, asked, chunks })
    } catch (error) {
      engine.report(error, { source: 'storage', roomId: id })
      // As if they were not there: the server has them.
      store.dispatch(id, { type: 'reloaded', no, asked, chunks: [] })
    }
  }

  async function join(ids: readonly string[]): Promise<void> {
    for (const id of ids) store.dispatch(id, { type: 'join-asked' })
    const result = await ask('join-rooms', { roomIds: ids.map(asRoomId) })
    store.batch(() => {
      for (const id of ids) {
        const notJoined = (error: ChatError | null): void =>
          store.dispatch(id, { type: 'join-failed', error, ...nowAndRandom(engine) })
        if (!result.ok) notJoined(result.error)
        else
          applied(id, notJoined, () => {
            const head = own(result.ack.heads, id)
            store.dispatch(id, { type: 'joined', isIn: head !== undefined })
            if (head) store.dispatch(id, { type: 'head', head, now: engine.clock.now() })
          })
      }
    })
  }

  /** A bug in what a room makes of its answer is that room's alone: it asks again, more and more rarely. */
  function applied(id: string, unanswered: (error: null) => void, apply: () => void): void {
    attempt(apply, (error) => {
      engine.report(error, { source: 'internal', roomId: id })
      unanswered(null)
    })
  }

  function requestFailed(id: string, no: number, error: ChatError | null): void {
    store.dispatch(id, { type: 'request-failed', no, error, ...nowAndRandom(engine) })
  }

  async function sync(ids: readonly string[], listDue: boolean): Promise<void> {
    const asked = new Map<string, number>()
    const rooms: Record<string, RoomCursor> = {}
    const { listAfter } = store.chat()
    const list = listDue ? listQueryOf(store.chat()) : undefined
    if (list) store.dispatchChat({ type: 'list-asked' })
    store.dispatchChat({ type: 'sync-asked' })
    const number = store.chat().syncs
    for (const id of ids) {
      store.dispatch(id, { type: 'sync-asked' })
      const { model } = store.room(id)
      asked.set(id, model.sync.request?.no ?? 0)
      rooms[id] = cursorOf(model)
    }
    const { epoch } = store.chat()
    const result = await ask('sync', {
      ...(epoch === null ? {} : { epoch }),
      rooms,
      ...(list && { list }),
    })
    store.batch(() => {
      if (!result.ok) {
        if (list)
          store.dispatchChat({
            type: 'list-failed',
            after: listAfter,
            error: result.error,
            ...nowAndRandom(engine),
          })
        for (const [id, no] of asked) requestFailed(id, no, result.error)
        return
      }
      const { ack } = result
      applyEpoch(store, ack.epoch)
      for (const [id, no] of asked) {
        const notSynced = (): void => requestFailed(id, no, null)
        applied(id, notSynced, () => {
          const delta = own(ack.rooms, id)
          // It did not fit into this reply (`more`) and is asked for again with the next; or it is gone, see below.
          if (!delta) return notSynced()
          store.dispatch(id, { type: 'sync-answered', no, delta, ...nowAndRandom(engine) })
          // A room that the user is in, and that is on no list yet: its `room-added` was lost.
          if (!list && !store.room(id).model.listing.listed) store.dispatchChat({ type: 'list-wanted' })
        })
      }
      for (const id of ack.removed) applyAbsence(engine, id, number)
      if (ack.list) {
        const { invitations, listNext: next = null, listPartial: isPartial = false } = ack
        const partial = isPartial ? nowAndRandom(engine) : null
        store.dispatchChat({ type: 'list-answered', next, partial })
        applyList(engine, ack.list, number, { after: listAfter, next, isPartial })
        if (invitations) store.dispatchChat({ type: 'invitations', invitations, asOf: answeredAsOf(number) })
      }
    })
  }

  async function fetchPage(id: string): Promise<void> {
    store.dispatch(id, { type: 'page-asked' })
    const { model } = store.room(id)
    const query = historyQueryOf(model)
    const no = model.sync.request?.no ?? 0
    if (query === null) return
    const result = await ask('fetch-history', query)
    const failed = (error: ChatError | null): void => requestFailed(id, no, error)
    if (!result.ok) return failed(result.error)
    const page = result.ack
    applied(id, failed, () =>
      store.dispatch(id, { type: 'page-answered', no, page, ...nowAndRandom(engine) }),
    )
  }

  async function fetchMembers(id: string): Promise<void> {
    store.dispatch(id, { type: 'members-asked' })
    const { model } = store.room(id)
    const no = model.sync.request?.no ?? 0
    const result = await ask('fetch-members', membersQueryOf(model))
    const failed = (error: ChatError | null): void => requestFailed(id, no, error)
    if (!result.ok) return failed(result.error)
    const page = result.ack
    applied(id, failed, () =>
      store.dispatch(id, { type: 'members-answered', no, page, ...nowAndRandom(engine) }),
    )
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
