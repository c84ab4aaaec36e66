import { isGrowing, type Room, type ShownMessage, type StreamPlace } from '@roomful/client'
import { messageAt } from './message-at'
import type { Run } from './run'
import { eitherEnds, newEnding, persist, sleep } from './timing'

/** A message that grew when its turn came. */
export type Held = { readonly seq: number; readonly id: string }

/** What comes next in a room. A message that is `held` comes again as `ended`, or is `gone`. */
export type Turn =
  | { readonly kind: 'message' | 'held' | 'ended'; readonly message: ShownMessage }
  | { readonly kind: 'gone'; readonly held: Held }

/** How often a message is looked for that grows, and that the room's window has left. */
const LOOK_MS = 10_000

/**
 * The messages of a room in order, but those of others that grow when they have ended: what follows them does not wait.
 * `held`: those that an earlier run left.
 */
export async function* turnsOf(
  run: Pick<Run, 'chat' | 'clock' | 'report'>,
  room: Room,
  place: StreamPlace & { readonly held: readonly Held[] },
  outer: AbortSignal,
): AsyncGenerator<Turn> {
  const { held, ...from } = place
  const own = newEnding()
  const signal = eitherEnds(outer, own.signal)
  const me = run.chat.getState().user?.id
  const messages = room.stream({ ...from, signal: outer })[Symbol.asyncIterator]()
  const arrived: (Turn | undefined)[] = []
  const failures: unknown[] = []
  let wake = (): void => {}
  /** Noted when it is there: a race for each turn would stay with a message that grows for hours. */
  const expected = (turn: Promise<Turn | undefined>): void =>
    void turn.then(
      (one) => {
        arrived.push(one)
        wake()
      },
      (error: unknown) => {
        failures.push(error)
        wake()
      },
    )
  const hold = (one: Held): void => expected(endOf(run, room, one, signal))

  async function nextMessage(): Promise<Turn | undefined> {
    const { done, value: message } = await messages.next()
    if (done) return undefined
    const isHeld = isGrowing(message) && message.senderId !== me
    return { kind: isHeld ? 'held' : 'message', message }
  }

  for (const one of held) hold(one)
  expected(nextMessage())
  try {
    for (;;) {
      while (arrived.length === 0) {
        if (failures.length > 0) throw failures[0]
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const turn = arrived.shift()
      if (turn === undefined) return
      if (turn.kind === 'held') hold({ seq: turn.message.seq, id: turn.message.id })
      yield turn
      if (turn.kind === 'message' || turn.kind === 'held') expected(nextMessage())
    }
  } finally {
    own.abort()
    await messages.return?.()
  }
}

/** Undefined: the signal has ended it. */
async function endOf(
  { chat, clock, report }: Pick<Run, 'chat' | 'clock' | 'report'>,
  room: Room,
  held: Held,
  signal: AbortSignal,
): Promise<Turn | undefined> {
  const loaded = () =>
    persist(
      clock,
      signal,
      () => messageAt(chat, { roomId: room.id, ...held }, signal),
      (error) => report(error, { source: 'room', roomId: room.id }),
    )
  try {
    for (;;) {
      const message = room.messages().find(({ id }) => id === held.id) ?? (await loaded())
      signal.throwIfAborted()
      if (message === undefined || message.deleted) return { kind: 'gone', held }
      if (!isGrowing(message)) return { kind: 'ended', message }
      await changed(room, (ended) => sleep(clock, LOOK_MS, ended), signal)
    }
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}

/** When the room shows something else, or after that rest. */
async function changed(
  room: Room,
  rest: (signal: AbortSignal) => Promise<void>,
  outer: AbortSignal,
): Promise<void> {
  const early = newEnding()
  const end = (): void => early.abort()
  // By hand: a signal made of two for each change would stay with the longer one.
  outer.addEventListener('abort', end)
  const stop = room.select((state) => state.messages, end)
  try {
    if (!outer.aborted) await rest(early.signal).catch(() => {})
  } finally {
    stop()
    outer.removeEventListener('abort', end)
  }
}
