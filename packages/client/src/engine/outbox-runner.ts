import { asRoomId } from '@roomful/protocol/plain'
import { ChatError } from '../model/chat-error'
import { type DueStep, withAge } from '../model/outbox/ageing'
import type { Entry } from '../model/outbox/entry'
import { nextOutboxStep, type OutboxStep } from '../model/outbox/next-outbox-step'
import type { EntryAnswer } from '../model/room/room-event'
import type { RoomModel } from '../model/room/room-model'
import { type Asked, type EngineContext, nowAndRandom } from './engine-context'
import { createAgenda, NO_TASKS, type RoomTasks, type Runner } from './runner'

/** Rooms whose outboxes are under way at once: more would only wait in the same queue. */
const ROOMS_AT_ONCE = 8

type Step = Exclude<OutboxStep, { do: 'wait' | 'expire' }>

/** `busy`: a request is under way. `expire`: some of it is too old. `send`: it waits for its turn. */
type Task = 'busy' | 'expire' | 'send'

/** Empties the outboxes: one request a room at a time, rooms side by side. */
export function createOutboxRunner(engine: EngineContext, maxAgeMs: number): Runner<Task> {
  const { store } = engine
  const agenda = createAgenda<Task>()
  /** The last room checked: in most runs it is the one that sends next. */
  let last: { model: RoomModel; now: number; serverAheadMs: number | null; due: DueStep } | undefined

  const dueStep = (model: RoomModel, now: number): DueStep => {
    const serverAheadMs = engine.serverTime.aheadMs()
    if (last?.model === model && last.now === now && last.serverAheadMs === serverAheadMs) return last.due
    const due = withAge(model.outbox, nextOutboxStep(model, now), now, { maxAgeMs, serverAheadMs })
    last = { model, now, serverAheadMs, due }
    return due
  }

  const tasksOf = (model: RoomModel, now: number): RoomTasks<Task> => {
    // After the end nothing is sent any more, and a timer would keep a process alive.
    if (model.outbox.entries.size === 0 || engine.over()) return NO_TASKS
    const { step, until } = dueStep(model, now)
    const tasks: Task[] = model.outbox.entries.totals.inflight > 0 ? ['busy'] : []
    if (step !== null) tasks.push(step.do === 'expire' ? 'expire' : 'send')
    return { tasks, until }
  }

  const step = (now: number): number => {
    let busy = agenda.of('busy').size
    const next = (id: string): void => {
      let { step } = dueStep(store.room(id).model, now)
      // What is behind those held back need not wait for them.
      for (; step?.do === 'expire'; step = dueStep(store.room(id).model, now).step)
        store.dispatch(id, { type: 'expired', ids: step.ids })
      if (step === null || busy >= ROOMS_AT_ONCE) return
      busy++
      const chosen = step
      run(id, chosen).catch((error) => {
        unanswered(id, chosen)
        engine.report(error, { source: 'internal', roomId: id })
      })
    }
    for (const id of agenda.of('expire')) next(id)
    for (const id of agenda.of('send')) {
      if (busy >= ROOMS_AT_ONCE) break
      next(id)
    }
    return Number.POSITIVE_INFINITY
  }

  const basis = (): unknown => (engine.over() ? 'over' : engine.serverTime.aheadMs())

  return { step, rooms: { agenda, tasksOf, basis } }

  function unanswered(roomId: string, step: Step, error: ChatError | null = null): void {
    store.dispatch(roomId, { type: 'unanswered', ids: idsOf(step), error, ...nowAndRandom(engine) })
  }

  async function run(roomId: string, step: Step): Promise<void> {
    const entries = entriesOf(step)
    const ids = idsOf(step)
    store.dispatch(roomId, { type: 'picked', ids })
    const outcome = await emit(roomId, step)
    const apart = outcome.whole && ids.length > 1 && isAboutPayload(outcome.whole)
    if (outcome.answers)
      store.dispatch(roomId, { type: 'answered', answers: outcome.answers, ...nowAndRandom(engine) })
    else if (outcome.whole?.retry === 'never' && !apart)
      store.dispatch(roomId, {
        type: 'answered',
        answers: refuseAll(entries, outcome.whole),
        ...nowAndRandom(engine),
      })
    else unanswered(roomId, step, outcome.whole)
  }

  /** The answers, one an entry; or what became of the request as a whole: an error, or null for no answer. */
  async function emit(
    room: string,
    step: Step,
  ): Promise<
    { answers: readonly EntryAnswer[]; whole?: never } | { answers?: never; whole: ChatError | null }
  > {
    const roomId = asRoomId(room)
    if (step.do === 'read') {
      const result = await engine.ask('mark-read', { roomId, seq: step.entry.seq })
      return result.ok
        ? { answers: [{ id: step.entry.id, read: { seq: result.ack.seq, unread: result.ack.unread } }] }
        : { whole: result.error }
    }
    if (step.do === 'op') return one(step.entry, await emitOp(step, roomId))
    const [first] = step.messages
    if (step.messages.length === 1 && first)
      return one(step.entries[0], await engine.ask('send-message', { roomId, ...first }))
    const result = await engine.ask('send-messages', { roomId, messages: [...step.messages] })
    if (!result.ok) return { whole: result.error }
    return {
      answers: step.entries.map(({ id }, i): EntryAnswer => {
        const answer = result.ack.results[i]
        // A shorter answer than the batch has no result for the rest.
        if (answer === undefined)
          return { id, error: new ChatError('NOT_ATTEMPTED', 'The batch was cut short') }
        return answer.ok ? { id, row: answer.message } : { id, error: ChatError.fromAck(answer) }
      }),
    }
  }

  function emitOp(
    { entry, messageId }: Extract<Step, { do: 'op' }>,
    roomId: ReturnType<typeof asRoomId>,
  ): Promise<Asked<OpEvent>> {
    const common = { messageId, roomId, opId: entry.id }
    switch (entry.kind) {
      case 'edit':
        return engine.ask('edit-message', { ...common, content: entry.content })
      case 'delete':
        return engine.ask('delete-message', common)
      case 'react':
        return engine.ask('react-message', { ...common, emoji: entry.emoji, op: entry.op })
      case 'pin':
        return engine.ask('pin-message', { ...common, op: entry.op })
      case 'write-stream': {
        const { run, content, end: state } = entry
        return engine.ask('write-stream', { messageId, roomId, run, content, state })
      }
    }
  }
}

type OpEvent =
  | 'send-message'
  | 'edit-message'
  | 'delete-message'
  | 'react-message'
  | 'pin-message'
  | 'write-stream'

function one(
  entry: Entry | undefined,
  result: Asked<OpEvent>,
): { answers: readonly EntryAnswer[] } | { whole: ChatError | null } {
  if (!result.ok) return { whole: result.error }
  return { answers: entry ? [{ id: entry.id, row: result.ack.message }] : [] }
}

const entriesOf = (step: Step): readonly Entry[] => (step.do === 'send' ? step.entries : [step.entry])
const idsOf = (step: Step): readonly string[] => entriesOf(step).map(({ id }) => id)

const refuseAll = (entries: readonly Entry[], error: ChatError): readonly EntryAnswer[] =>
  entries.map(({ id }) => ({ id, error }))

/** Refusals of a whole batch that one message may have caused. */
const isAboutPayload = (error: ChatError): boolean =>
  error.code === 'INVALID_PAYLOAD' || error.code === 'PAYLOAD_TOO_LARGE'
