import type { Report, RoomId, UserId } from '@roomful/protocol'
import type { Facts, Need, Plan } from '../../core/ops'
import { withSchema } from '../../stores/database-url'
import { type Store, StoreError } from '../../stores/port'
import { ClientPool } from '../../stores/postgres/client-pool'
import { type DatabaseClient, together } from '../../stores/postgres/database-client'
import { poolingOf } from '../../stores/postgres/pooling'
import { storeOn } from '../../stores/postgres/postgres-store'
import { integer, text } from '../../stores/sql/column'
import {
  EPHEMERAL_LIMITS,
  type EphemeralLimits,
  type EphemeralReader,
  type EphemeralStore,
  KEEP,
  type Keep,
  SWEEP_ROOMS,
} from '../ephemeral-store'
import { makeTables, schemaOf } from './tables'
import { trimming, use } from './trim'

/** In addition to those of kept rooms. */
const WRITERS = 2
const READERS = 2
/** Rooms of one transaction. */
const SWEEP_STEP = 20

const COUNT_ROOMS = { name: 'count-rooms', text: 'SELECT count(*) AS count FROM room_heads' }
const COUNT_MADE = { name: 'count-made', text: 'SELECT count(*) AS count FROM rooms WHERE created_by = $1' }
const TOUCH = {
  name: 'touch',
  text: 'UPDATE room_heads SET used_at = now() WHERE room_id = ANY ($1::text[])',
}
const FIND_IDLE = {
  name: 'find-idle',
  text: `SELECT room_id FROM room_heads WHERE used_at < now() - $1 * interval '1 millisecond'
    ORDER BY used_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
}
/** All other rows of a room are removed with its own. */
const REMOVE = ['messages', 'purged_sends'].map((table) => ({
  name: `remove-${table}`,
  text: `DELETE FROM ${table} WHERE room_id = ANY ($1::text[])`,
}))
const REMOVE_ROOMS = { name: 'remove-rooms', text: 'DELETE FROM rooms WHERE id = ANY ($1::text[])' }
const REPORTS = {
  name: 'count-reports',
  text: `SELECT count(*) AS count, count(*) FILTER (WHERE id = $2) AS same FROM reports WHERE room_id = $1`,
}
const ROOM = { name: 'has-room', text: 'SELECT 1 FROM rooms WHERE id = $1' }
const DROP_REPORT = {
  name: 'drop-report',
  text: `DELETE FROM reports WHERE room_id = $1 AND id = (
      SELECT id FROM reports WHERE room_id = $1 AND resolved_at IS NOT NULL ORDER BY id LIMIT 1
    ) RETURNING 1`,
}

export type PostgresEphemeralOptions = {
  readonly url: string
  readonly epoch: string
  readonly keep?: Keep
  readonly limits?: EphemeralLimits
}

/** The ephemeral rooms of several nodes that share a Postgres and no Redis: the same store on unlogged tables. */
export async function openPostgresEphemeral(options: PostgresEphemeralOptions): Promise<EphemeralStore> {
  const { epoch } = options
  const url = withSchema(options.url, schemaOf(epoch))
  const pooling = await poolingOf(url)
  await makeTables(url, pooling)
  const pool = (max: number) => new ClientPool(url, { max, pooling })
  return new PostgresEphemeral(
    { writers: pool(WRITERS), readers: pool(READERS) },
    epoch,
    options.keep ?? KEEP,
    options.limits ?? EPHEMERAL_LIMITS,
  )
}

class PostgresEphemeral implements EphemeralStore {
  readonly #store: Store

  constructor(
    private readonly pools: { readonly writers: ClientPool; readonly readers: ClientPool },
    epoch: string,
    private readonly keep: Keep,
    private readonly limits: EphemeralLimits,
  ) {
    this.#store = storeOn(pools, epoch, trimming(keep, limits.idleMs))
  }

  commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan> {
    return this.#store.commit(roomId, need, decide)
  }

  read<T>(reads: (reader: EphemeralReader) => Promise<T>): Promise<T> {
    return this.#store.read(reads)
  }

  async createRoom(input: Parameters<Store['createRoom']>[0]): ReturnType<Store['createRoom']> {
    const { createdBy } = input.room
    const count = (): Promise<{ all: number; made: number }> =>
      this.#ask(async (client) => {
        const [[all], [made]] = await together(client.query(COUNT_ROOMS), client.query(COUNT_MADE, createdBy))
        return { all: all ? integer(all, 'count') : 0, made: made ? integer(made, 'count') : 0 }
      })
    let { all, made } = await count()
    const isTooMany = (): boolean =>
      all >= this.limits.rooms || (createdBy !== null && made >= this.limits.roomsPerUser)
    if (isTooMany() && (await this.sweep()) > 0) ({ all, made } = await count())
    if (createdBy !== null && made >= this.limits.roomsPerUser)
      throw new StoreError('LIMIT_EXCEEDED', 'this user has made too many ephemeral rooms')
    if (isTooMany()) throw new StoreError('OVERLOADED', 'there are too many ephemeral rooms')
    return this.#store.createRoom(input)
  }

  async markRead(roomId: RoomId, userId: UserId, seq: number): ReturnType<Store['markRead']> {
    const read = await this.#store.markRead(roomId, userId, seq)
    if (read) await this.#ask((client) => use(client, roomId, this.limits.idleMs))
    return read
  }

  async putReport(report: Report): Promise<void> {
    const { roomId, id } = report
    const mayPut = await this.#ask(async (client) => {
      const [[room], [row]] = await together(client.query(ROOM, roomId), client.query(REPORTS, roomId, id))
      if (!room || !row) return false
      if (integer(row, 'same') > 0 || integer(row, 'count') < this.keep.reports) return true
      if ((await client.query(DROP_REPORT, roomId)).length > 0) return true
      throw new StoreError('LIMIT_EXCEEDED', 'too many reports of this room are open')
    })
    if (mayPut) await this.#store.putReport(report)
  }

  async touch(roomIds: readonly RoomId[]): Promise<void> {
    if (roomIds.length > 0) await this.#ask((client) => client.query(TOUCH, roomIds))
  }

  async sweep(): Promise<number> {
    let swept = 0
    while (swept < SWEEP_ROOMS) {
      const count = await this.#ask((client) => this.#sweepSome(client))
      swept += count
      if (count < SWEEP_STEP) break
    }
    return swept
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async #sweepSome(client: DatabaseClient): Promise<number> {
    const [, idle] = await together(
      client.query('BEGIN'),
      client.query(FIND_IDLE, this.limits.idleMs, SWEEP_STEP),
    )
    const ids = idle.map((row) => text(row, 'room_id'))
    const removals = ids.length === 0 ? [] : [...REMOVE, REMOVE_ROOMS].map((sql) => client.query(sql, ids))
    await together(...removals, client.query('COMMIT'))
    return ids.length
  }

  #ask<T>(work: (client: DatabaseClient) => Promise<T>): Promise<T> {
    return this.pools.writers.lend(work)
  }
}
