import type { BotMessage, DefaultSession } from './context'
import { type AcceptRule, watchInvitations } from './invitations'
import { createKeeper } from './keeper'
import { type Cursor, RoomSet, type RoomSetOptions } from './room-set'
import type { Run } from './run'
import { createScheduler, type Jobs } from './scheduler'
import { createSessions } from './sessions'
import type { BotStore } from './store/port'
import { untilAborted } from './timing'

/** Changes of the room list are looked at together: in a busy bot each message is one. */
const LOOK_MS = 50

export type Leading<S extends object = DefaultSession> = {
  readonly base: Omit<Run<S>, 'keeper' | 'sessions' | 'scheduler'>
  readonly store: BotStore
  readonly jobs: Jobs
  readonly session: () => S
  readonly sessionKey: (message: BotMessage) => string
  readonly rooms: RoomSetOptions
  readonly acceptInvitations: AcceptRule
  /** It listens. */
  started(): void
  /** What runs; undefined: nothing any more. */
  onRun(run: Run<S> | undefined): void
}

/** One term: reads what is stored, listens everywhere, and ends when all that was under way has. */
export async function leadBot<S extends object>(leading: Leading<S>): Promise<void> {
  const { base, store, onRun } = leading
  const { chat, clock, report, term } = base
  const keeper = createKeeper(store, clock, report, term)
  const scheduler = createScheduler({ ...base, keeper }, leading.jobs)
  const sessions = createSessions(keeper, leading.session, leading.sessionKey)
  const run: Run<S> = { ...base, keeper, scheduler, sessions }
  const { ends } = term

  await chat.connect({ signal: ends })
  await roomsLoaded(run, ends)
  const cursors = new Map<string, Cursor>()
  for await (const { key, value } of keeper.all('cursors')) if (isCursor(value)) cursors.set(key, value)
  const rooms = new RoomSet(run, cursors, leading.rooms)
  const invitations = watchInvitations(run, leading.acceptInvitations)

  let cancelLook: (() => void) | undefined
  const look = (): void => {
    cancelLook ??= clock.setTimer(LOOK_MS, () => {
      cancelLook = undefined
      rooms.update()
      invitations.update()
    })
  }
  const unsubscribe = chat.select((state) => state.rooms, look)
  const unsubscribeToo = chat.select((state) => state.invitations, look)
  try {
    onRun(run)
    await scheduler.start()
    await rooms.start()
    invitations.update()
    if (!ends.aborted) leading.started()
    await untilAborted(ends)
    await Promise.all([rooms.ended(), scheduler.ended(), invitations.idle()])
  } finally {
    onRun(undefined)
    unsubscribe()
    unsubscribeToo()
    cancelLook?.()
  }
}

/** Rooms that are listed later than at the start are new to the bot. */
function roomsLoaded({ chat }: Pick<Run, 'chat'>, ends: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (!ends.aborted && !chat.getState().roomsLoaded) return
      stop()
      ends.removeEventListener('abort', look)
      if (ends.aborted) reject(ends.reason)
      else resolve()
    }
    const stop = chat.subscribe(look)
    ends.addEventListener('abort', look)
    look()
  })
}

const isCursor = (value: unknown): value is Cursor =>
  typeof value === 'object' &&
  value !== null &&
  'seq' in value &&
  typeof value.seq === 'number' &&
  'at' in value &&
  typeof value.at === 'string' &&
  'epoch' in value &&
  typeof value.epoch === 'string'
