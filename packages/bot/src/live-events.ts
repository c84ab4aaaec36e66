import { isGrowing, type Room, type ShownMessage } from '@roomful/client'
import { attempt } from './attempts'
import { changesBetween, type RowChange } from './model/room-changes'
import { eventContext, type Run } from './run'

/** Events that wait for their handlers, of one room. */
const WAITING_MOST = 1_000

/** Runs the handlers of what happens, one event after the other; each once. */
export type Lane = {
  push(event: string, handle: (signal: AbortSignal) => Promise<void>): void
  idle(): Promise<void>
}

export function createLane<S extends object>(run: Run<S>, roomId?: string): Lane {
  let tail: Promise<void> = Promise.resolve()
  let waiting = 0
  const where = roomId === undefined ? {} : { roomId }
  return {
    push: (event, handle) => {
      if (run.term.closing.aborted) return
      if (waiting >= WAITING_MOST) {
        const error = new RangeError(
          `More than ${WAITING_MOST} events wait for their handlers; this one is dropped`,
        )
        run.report(error, { source: 'handler', event, ...where, attempt: 0, isLast: true })
        return
      }
      waiting++
      tail = tail
        .then(() => attempt({ ...run, attempts: 1 }, { event, ...where }, handle))
        // The term has ended.
        .catch(() => {})
        .then(() => {
          waiting--
        })
    },
    idle: () => tail,
  }
}

/**
 * Delivers what happens in a room without being a message. `isPassed`: the handlers of this message have had it. Returns what
 * ends that.
 */
export function watchRoom<S extends object>(
  run: Run<S>,
  room: Room,
  lane: Lane,
  isPassed: (message: ShownMessage) => boolean,
): () => void {
  const { handlers, chat } = run
  const stops: (() => void)[] = []
  const me = () => chat.getState().user?.id

  if (handlers.has('edit') || handlers.has('delete') || handlers.has('reaction')) {
    let before = room.messages()
    const growths = createGrowths(isPassed)
    stops.push(
      room.select(
        (state) => state.messages,
        (after) => {
          const changes = changesBetween(before, after, isGrowing)
          before = after
          for (const change of changes.flatMap((one) => (one.kind === 'growth' ? growths.edits(one) : one)))
            if (!isOwn(change, me())) deliverChange(run, lane, change)
        },
      ),
    )
  }

  if (handlers.has('typing')) {
    let before = new Set<string>()
    stops.push(
      room.select(
        (state) => state.typing,
        (typing) => {
          const come = typing.filter(({ userId }) => !before.has(userId))
          before = new Set(typing.map(({ userId }) => userId))
          for (const { userId, name } of come)
            lane.push('typing', (signal) => {
              const key = `typing ${room.id} ${userId} ${run.clock.now()}`
              return handlers.event('typing', { ...eventContext(run, room.id, key, signal), userId, name })
            })
        },
      ),
    )
  }

  if (handlers.has('join')) stops.push(watchNewcomers(run, room, lane))
  return () => {
    for (const stop of stops) stop()
  }
}

type Growth = Extract<RowChange<ShownMessage>, { kind: 'growth' }>
type Delivered = Exclude<RowChange<ShownMessage>, Growth>

/** What a message grows by is no edit, unless its handlers had it already: then all that it grew by is one. */
function createGrowths(isPassed: (message: ShownMessage) => boolean) {
  const began = new Map<string, ShownMessage>()
  return {
    edits({ message, before }: Growth): Delivered[] {
      const { id } = message
      if (!isGrowing(before)) began.set(id, before)
      if (isGrowing(message)) return []
      const first = began.get(id) ?? before
      began.delete(id)
      return isPassed(message) && first.content !== message.content
        ? [{ kind: 'edit', message, before: first }]
        : []
    },
  }
}

const isOwn = (change: Delivered, me: string | undefined): boolean =>
  change.kind === 'reaction' ? change.userId === me : change.kind === 'edit' && change.message.senderId === me

function deliverChange<S extends object>(run: Run<S>, lane: Lane, change: Delivered): void {
  const { message } = change
  const key = `${change.kind} ${message.id} ${message.rev}`
  const context = (more: string, signal: AbortSignal) =>
    eventContext(run, message.roomId, `${key}${more}`, signal)
  if (change.kind === 'reaction') {
    const { emoji, op, userId } = change
    lane.push('reaction', (signal) =>
      run.handlers.event('reaction', {
        ...context(` ${emoji} ${op} ${userId ?? ''}`, signal),
        message,
        emoji,
        op,
        userId,
      }),
    )
    return
  }
  const { kind, before } = change
  lane.push(kind, (signal) => run.handlers.event(kind, { ...context('', signal), message, before }))
}

/**
 * In a server's default rooms, which have no creator, all users are members from their first sign-in on, and no system
 * message reports it. Keyed to the user: such a newcomer is welcomed once, for ever.
 */
function watchNewcomers<S extends object>(run: Run<S>, room: Room, lane: Lane): () => void {
  const idsOf = () => new Set<string>(room.getState().members.map(({ userId }) => userId))
  let before = idsOf()
  return room.select(
    (state) => state.members,
    (members) => {
      // The first list, or that of another history: all of them were there before.
      const isKnown = before.size > 0
      const come = members.filter(({ userId }) => !before.has(userId))
      if (members.length > 0) before = idsOf()
      if (!isKnown || room.getState().room?.createdBy !== null) return
      for (const { userId } of come)
        lane.push('join', (signal) =>
          run.handlers.event('join', {
            ...eventContext(run, room.id, `join ${room.id} ${userId}`, signal),
            userId,
            by: undefined,
            action: 'join',
          }),
        )
    },
  )
}
