import { ChatError, type Room, type RoomSummary, type ShownMessage } from '@roomful/client'
import { codeOf } from './bot-error'
import { passMessage } from './handle-message'
import { createLane, type Lane, watchRoom } from './live-events'
import { eventContext, type Run } from './run'
import type { BotWrite } from './store/port'
import { backoffMs, sleep } from './timing'
import { type Held, type Turn, turnsOf } from './turns'

/**
 * How far a room was read: the last message, when it was sent, and in which history of the server. `held`: those before it
 * that still grew, and are not handled.
 */
export type Cursor = {
  readonly seq: number
  readonly at: string
  readonly epoch: string
  readonly held?: readonly Held[]
}

/**
 * Where it begins in a room without a cursor that it comes into while it runs: what was sent between its coming and its
 * first look is new to it, and stands among the last messages.
 */
const ARRIVAL_ROWS = 50

type Place = { readonly after: number; readonly since?: string; readonly epoch?: string }

/** `isInitial`: it is in the room as its term begins. `isNew`: it came into it since the last look at the list. */
type Coming = { readonly isInitial: boolean; readonly isNew: boolean }

export type RoomSetOptions = {
  readonly wanted: 'all' | readonly string[] | ((room: RoomSummary) => boolean)
  readonly begin: 'next' | 'first'
}

/**
 * The rooms that a bot listens in, each by itself, so that a slow handler in one delays no other.
 *
 *   (none) ──wanted──▶ opening ──▶ listening ──removed──▶ waiting ──listed again, or its time has come──▶ opening
 *                         └─────────────── failed ─────────▲
 */
export class RoomSet<S extends object> {
  readonly #active = new Map<string, Promise<void>>()
  /** Rooms that are waited for, which the list had not. */
  readonly #missing = new Map<string, () => void>()
  #isStarted = false
  /** Rooms that it was in at the last look: if it begins in one of them now, it did not come into it just before. */
  #known = new Set<string>()

  constructor(
    private readonly run: Run<S>,
    private readonly cursors: Map<string, Cursor>,
    private readonly options: RoomSetOptions,
  ) {}

  /** Listens in all rooms that are wanted now; resolves when it does. */
  async start(): Promise<void> {
    await Promise.all(this.#begin(true))
    this.#isStarted = true
    this.update()
  }

  /** The list has changed. */
  update(): void {
    if (!this.#isStarted) return
    this.#begin(false)
    for (const { id } of this.run.chat.getState().rooms) this.#missing.get(id)?.()
  }

  /** When all have ended, which the term makes them. */
  async ended(): Promise<void> {
    await Promise.all(this.#active.values())
  }

  #begin(isInitial: boolean): Promise<void>[] {
    const { wanted } = this.options
    if (this.run.term.ends.aborted) return []
    const { rooms } = this.run.chat.getState()
    const ids =
      typeof wanted === 'object'
        ? wanted
        : rooms.filter((room) => wanted === 'all' || this.#isWanted(room, wanted)).map(({ id }) => id)
    const known = this.#known
    this.#known = new Set(rooms.map(({ id }) => id))
    return ids.flatMap((id) => {
      if (this.#active.has(id)) return []
      const isNew = !isInitial && !known.has(id)
      return [
        new Promise<void>((opened) => {
          const ended = this.#listen(id, { isInitial, isNew }, opened).finally(() => {
            this.#active.delete(id)
            opened()
          })
          this.#active.set(id, ended)
        }),
      ]
    })
  }

  #isWanted(room: RoomSummary, rule: (room: RoomSummary) => boolean): boolean {
    try {
      return rule(room)
    } catch (error) {
      this.run.report(error, { source: 'room', roomId: room.id })
      return false
    }
  }

  /** Until the term ends, or the room is gone and nothing names it. */
  async #listen(id: string, coming: Coming, opened: () => void): Promise<void> {
    const { run } = this
    const { chat, term } = run
    const room = chat.room(id)
    const lane = createLane(run, id)
    let { isInitial: isFirst, isNew } = coming
    let isTold = false
    for (let tries = 0; ; tries++) {
      try {
        await this.#read(room, lane, { isInitial: isFirst, isNew }, () => {
          if (!isFirst || isTold) this.#moved('added', room, lane)
          tries = 0
          isTold = false
          opened()
        })
        // Stopped: what is under way has ended.
        await lane.idle()
        return
      } catch (error) {
        if (term.ends.aborted || chat.getState().connection.status === 'stopped') return
        const isGone = codeOf(error) === 'ROOM_NOT_FOUND'
        if (isGone && !isTold) this.#moved('removed', room, lane)
        if (!isTold) run.report(error, { source: 'room', roomId: id })
        isTold = isGone
      }
      opened()
      isFirst = false
      const isListed = this.#isListed(id)
      isNew ||= !isListed
      if (!isListed && typeof this.options.wanted !== 'object') return
      try {
        await this.#rest(id, backoffMs(tries), isListed)
      } catch {
        return
      }
    }
  }

  #moved(kind: 'added' | 'removed', room: Room, lane: Lane): void {
    const { run } = this
    const key = `${kind} ${room.id} ${run.clock.now()}`
    lane.push(kind, (signal) => run.handlers.event(kind, eventContext(run, room.id, key, signal)))
  }

  #isListed = (id: string): boolean => this.run.chat.getState().rooms.some((room) => room.id === id)

  /** Until the next try: when its time has come, or the room is on the list. */
  async #rest(id: string, ms: number, isListed: boolean): Promise<void> {
    const { clock, term } = this.run
    const early = new AbortController()
    const end = (): void => early.abort()
    term.ends.addEventListener('abort', end)
    if (!isListed) this.#missing.set(id, end)
    try {
      await sleep(clock, ms, early.signal).catch(() => {})
      if (term.ends.aborted) throw new ChatError('ABORTED', 'The bot ends')
    } finally {
      this.#missing.delete(id)
      term.ends.removeEventListener('abort', end)
    }
  }

  async #read(room: Room, lane: Lane, coming: Coming, opened: () => void): Promise<void> {
    const { ends } = this.run.term
    let unwatch = (): void => {}
    try {
      await room.open({ signal: ends })
      const place = await this.#placeIn(room, coming)
      // From here on, also if it stops before the first message.
      if (!this.cursors.has(room.id)) await this.#commit(room.id, place.after)
      unwatch = watchRoom(this.run, room, lane, (message) => this.#isPassed(message))
      opened()
      const held = this.cursors.get(room.id)?.held ?? []
      for await (const turn of turnsOf(this.run, room, { ...place, held }, ends)) {
        await this.#take(room.id, turn)
        if (ends.aborted) return
      }
    } finally {
      unwatch()
      room.close()
    }
  }

  async #take(roomId: string, turn: Turn): Promise<void> {
    // Older than its own arrival.
    if (turn.kind === 'ended' && !this.#isHeld(roomId, turn.message.id)) return
    const cursor = this.#cursorAfter(roomId, turn)
    const write = writeOf(roomId, cursor)
    if (turn.kind === 'held' || turn.kind === 'gone') await this.run.keeper.commit([write])
    else await passMessage(this.run, turn.message, write)
    this.cursors.set(roomId, cursor)
  }

  #cursorAfter(roomId: string, turn: Turn): Cursor {
    const last = this.cursors.get(roomId)
    const held = last?.held ?? []
    switch (turn.kind) {
      case 'message':
      case 'held': {
        const { seq, id, createdAt } = turn.message
        const more = turn.kind === 'held' ? [{ seq, id }] : []
        return { ...this.#cursorAt(seq, createdAt), held: [...held, ...more] }
      }
      case 'ended':
      case 'gone': {
        const id = turn.kind === 'gone' ? turn.held.id : turn.message.id
        return { ...(last ?? this.#cursorAt(0, '')), held: held.filter((one) => one.id !== id) }
      }
    }
  }

  #isPassed({ roomId, seq, id }: ShownMessage): boolean {
    const cursor = this.cursors.get(roomId)
    return cursor !== undefined && seq <= cursor.seq && !this.#isHeld(roomId, id)
  }

  #isHeld = (roomId: string, messageId: string): boolean =>
    this.cursors.get(roomId)?.held?.some(({ id }) => id === messageId) ?? false

  #cursorAt = (seq: number, at: string): Cursor => ({ seq, at, epoch: this.run.chat.getState().epoch ?? '' })

  async #commit(roomId: string, seq: number): Promise<void> {
    const row = this.run.chat
      .room(roomId)
      .messages()
      .find((message) => message.seq === seq)
    const cursor = this.#cursorAt(seq, row?.createdAt ?? '')
    await this.run.keeper.commit([writeOf(roomId, cursor)])
    this.cursors.set(roomId, cursor)
  }

  async #placeIn(room: Room, { isInitial, isNew }: Coming): Promise<Place> {
    const epoch = this.run.chat.getState().epoch ?? ''
    const cursor = this.cursors.get(room.id)
    if (cursor) {
      if (cursor.epoch !== epoch) {
        const note = `The server was restored: what was sent after ${cursor.at} comes next, not what follows ${cursor.seq}`
        this.run.report(new Error(note), { source: 'history', roomId: room.id })
      }
      const since = cursor.at === '' ? {} : { since: cursor.at }
      return { after: cursor.seq, ...since, epoch: cursor.epoch }
    }
    if (this.options.begin === 'first') return { after: 0 }
    return { after: isInitial ? room.getState().lastSeq : await this.#arrivalIn(room, isNew), epoch }
  }

  /** The last message that is older than its own arrival, or reports it. */
  async #arrivalIn(room: Room, isNew: boolean): Promise<number> {
    const { chat, term } = this.run
    const { lastSeq, room: about } = room.getState()
    const after = Math.max(0, lastSeq - ARRIVAL_ROWS)
    // Nothing reports who comes into a dm.
    if (about?.type === 'dm') return after
    const last = room.history({ after, before: lastSeq + 1, order: 'newest', signal: term.ends })
    for await (const { seq, type, metadata } of last) {
      const { action, userId } = metadata ?? {}
      const isComing = type === 'system' && (action === 'join' || action === 'invite')
      if (isComing && userId === chat.getState().user?.id) return seq
    }
    // Of those who are in a room from its beginning nothing reports the coming: all of it is new.
    return isNew && after === 0 && about?.createdBy !== null ? 0 : lastSeq
  }
}

const writeOf = (roomId: string, cursor: Cursor): BotWrite => ({
  table: 'cursors',
  key: roomId,
  value: cursor,
})
