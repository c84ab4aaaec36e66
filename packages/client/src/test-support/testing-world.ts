// Loaded lazily by the client: here already, for no virtual time passes while a module loads.
import '../storage/on-disk'
import type { Chat } from '../chat'
import { createChat } from '../create-chat'
import { checkRun } from '../engine/check-run'
import { checkRoom } from '../model/invariants'
import type { RoomModel } from '../model/room/room-model'
import { at, rangesOf, rowsIn } from '../model/rows/timeline'
import type { ChatOptions } from '../options'
import { type HandClock, handClock } from '../platform/hand-clock'
import type { Room } from '../room'
import { ModelServer } from './model-server'
import { TestConnection } from './test-connection'

export type TestClient = {
  readonly chat: Chat
  readonly room: Room
  readonly connection: TestConnection
  /** The state inside, for what the public one does not show. */
  model(): RoomModel
  contents(): string[]
}

export const ROOM = 'general'

/**
 * One model server, any number of real clients on connections that are let through by hand, and one clock. Every event of
 * every room is checked: what holds locally, and that rows in held ranges are the server's (I5).
 */
export class World {
  readonly server = new ModelServer()
  readonly clock: HandClock = handClock()
  readonly clients: TestClient[] = []
  /** A bug inside fails the test. Null: the client's default. */
  onError: ChatOptions['onError'] | null = (error, { source }) => {
    if (source !== 'auth' && !this.broken.has(error)) void Promise.reject(error)
  }
  /** Invariants that did not hold, thrown by the next `tick`. */
  private readonly broken = new Set<unknown>()
  private ids = 0

  constructor(users: readonly string[] = ['ada', 'bob']) {
    this.server.addRoom(ROOM, users)
    this.server.onChange = (roomId, changes) => {
      for (const { connection } of this.clients) connection.broadcast(roomId, changes)
    }
  }

  client(userId: string, options: Partial<ChatOptions> = {}): TestClient {
    const connection = new TestConnection(this.server, userId, this.clock)
    const models = new Map<string, RoomModel>()
    const chat = createChat({
      url: 'test:',
      auth: `${userId}'s token`,
      storage: 'memory',
      ...(this.onError ? { onError: this.onError } : {}),
      ...options,
      ports: {
        transport: connection.factory,
        clock: this.clock,
        // Without chance a wait is as long as it can be, and ids show who made them, in order.
        ids: { clientId: () => `${userId}-${String(++this.ids).padStart(6, '0')}`, random: () => 0 },
        environment: { onWake: () => () => {} },
        inspect: (before, after, event) => {
          models.set(after.id, after)
          try {
            checkRoom(before, event, after)
            if (connection.epoch === this.server.epoch) this.checkSound(after, userId)
          } catch (error) {
            this.broken.add(error)
            throw error
          }
        },
        inspectRun: (run) => {
          try {
            checkRun(run)
          } catch (error) {
            this.broken.add(error)
          }
        },
        ...options.ports,
      },
    })
    const room = chat.room(ROOM)
    const client: TestClient = {
      chat,
      room,
      connection,
      model: () => {
        const model = models.get(ROOM)
        if (model === undefined) throw new Error('nothing has happened in the room')
        return model
      },
      contents: () => room.messages().map((message) => message.content),
    }
    this.clients.push(client)
    return client
  }

  /** Online, with the room open and live. */
  async live(userId: string, options: Partial<ChatOptions> = {}): Promise<TestClient> {
    const client = this.client(userId, options)
    void client.room.open()
    await this.settle()
    return client
  }

  /** I5: a held row whose server row is not past the cursor equals it. */
  private checkSound(model: RoomModel, userId: string): void {
    if (model.rows.fromOldEpoch) return
    const room = this.server.rooms.get(model.id)
    if (room === undefined) return
    for (const range of rangesOf(model.rows.timeline))
      for (let seq = range.from; seq <= range.to; seq++) {
        const theirs = room.messages[seq - 1]
        if (theirs === undefined)
          throw new Error(`I8: ${seq} is held by ${userId} and never was at the server`)
        if (theirs.rev > model.sync.cursor) continue
        const ours = at(model.rows.timeline, seq)
        if (ours === undefined || ours.rev !== theirs.rev || ours.content !== theirs.content)
          throw new Error(
            `I5: ${userId} at rev ${model.sync.cursor} holds ${seq} at ${ours?.rev}, the server has ${theirs.rev}`,
          )
      }
  }

  /** Lets promises run. */
  async tick(): Promise<void> {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
    for (const error of this.broken) throw error
  }

  /** Delivers everything on the connections, and its consequences, until they are quiet. */
  async settle(): Promise<void> {
    await this.tick()
    for (let rounds = 0; this.clients.some(({ connection }) => connection.frames.length > 0); rounds++) {
      if (rounds > 2_000) throw new Error('I15: the connections never become idle')
      for (const { connection } of this.clients) connection.step()
      await this.tick()
    }
  }

  async pass(ms: number): Promise<void> {
    this.clock.pass(ms)
    await this.tick()
  }

  /** Time and frames, until nothing is left to do. */
  async rest(ms = 60_000): Promise<void> {
    await this.settle()
    for (let left = ms; left > 0; left -= 250) {
      await this.pass(250)
      await this.settle()
    }
  }
}

/** I11: with a quiet network everything equals the server, and nothing is left to do. */
export function expectConverged({ server }: World, { model, room }: TestClient): void {
  const theirs = server.room(ROOM)
  const ours = model()
  const first = rangesOf(ours.rows.timeline).at(-1)?.from ?? 1
  const held = rowsIn(ours.rows.timeline, { from: first, to: Number.MAX_SAFE_INTEGER })
  const same = (row: { seq: number; rev: number; content: string; deleted: boolean }) =>
    `${row.seq} ${row.rev} ${row.deleted} ${row.content}`
  const expected = theirs.messages.filter((row) => row.seq >= first).map(same)
  const actual = held.map(same)
  if (actual.join('\n') !== expected.join('\n'))
    throw new Error(`I11: holds\n${actual.join('\n')}\ninstead of\n${expected.join('\n')}`)
  if (ours.sync.cursor !== theirs.room.rev)
    throw new Error(`I11: the cursor is ${ours.sync.cursor}, the head ${theirs.room.rev}`)
  const { size, totals } = ours.outbox.entries
  if (size > totals.failed) throw new Error('I11: the outbox is not empty')
  if (room.getState().status !== 'live') throw new Error(`I11: the room is ${room.getState().status}`)
}
