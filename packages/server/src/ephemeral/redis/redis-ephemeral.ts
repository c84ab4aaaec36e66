import { LIMITS, type Report, type RoomId, type UserId } from '@roomful/protocol'
import { type Facts, type Need, type Plan, pairKey, type StoredMessage } from '../../core/ops'
import { countPresent } from '../../core/present'
import { type Store, StoreError } from '../../stores/port'
import {
  EPHEMERAL_LIMITS,
  type EphemeralLimits,
  type EphemeralReader,
  type EphemeralStore,
  KEEP,
  type Keep,
  SWEEP_ROOMS,
} from '../ephemeral-store'
import { RedisConnection, type RedisConnectionOptions } from './connection'
import { commitValues, createValues, list, TTL_MS } from './plan-values'
import { RedisReader } from './redis-reader'
import { listOf, memberFrom, messageFrom, numberOf, type Reply, reportValue, roomFrom, textOf } from './rows'
import * as scripts from './scripts'

/** Tries while others commit first: each time one of them makes progress, so this ends. */
const TRIES = 100
/** Rooms that one script removes or marks: a few ms in which nothing else runs. */
const SWEEP_STEP = 20
const TOUCH_STEP = 200
const START_PATIENCE_MS = 2_000

export type RedisEphemeralOptions = RedisConnectionOptions & {
  readonly keep?: Keep
  readonly limits?: EphemeralLimits
}

/**
 * The ephemeral rooms of several nodes, in a shared Redis. A commit reads its facts, decides, and applies the plan if
 * nothing was committed in between; otherwise it decides again. This node commits to a room one at a time.
 *
 *   facts ── decide ──▶ commit ── applied ──▶ done
 *     ▲                   │
 *     └── another was first
 */
export async function openRedisEphemeral(options: RedisEphemeralOptions): Promise<EphemeralStore> {
  const connection = new RedisConnection(options)
  await connection.opened(START_PATIENCE_MS)
  return new RedisEphemeral(connection, options.keep ?? KEEP, options.limits ?? EPHEMERAL_LIMITS)
}

class RedisEphemeral implements EphemeralStore {
  readonly #lanes = new Map<RoomId, Promise<unknown>>()

  constructor(
    private readonly connection: RedisConnection,
    private readonly keep: Keep,
    private readonly limits: EphemeralLimits,
  ) {}

  commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan> {
    const before = this.#lanes.get(roomId) ?? Promise.resolve()
    const mine = before.then(() => this.#commit(roomId, need, decide))
    const lane = mine.catch(() => {})
    this.#lanes.set(roomId, lane)
    void lane.then(() => {
      if (this.#lanes.get(roomId) === lane) this.#lanes.delete(roomId)
    })
    return mine
  }

  read<T>(reads: (reader: EphemeralReader) => Promise<T>): Promise<T> {
    return reads(new RedisReader(this.connection))
  }

  async createRoom({ room, members }: Parameters<Store['createRoom']>[0]): ReturnType<Store['createRoom']> {
    const { rooms, roomsPerUser } = this.limits
    const values = [
      room.id,
      room.createdBy ?? '',
      TTL_MS,
      rooms,
      roomsPerUser,
      ...createValues(room, members),
    ]
    const create = async (): Promise<string> => textOf(await this.connection.run(scripts.CREATE, ...values))
    let made = await create()
    if (made === 'full' && (await this.sweep()) > 0) made = await create()
    if (made === 'full') throw new StoreError('OVERLOADED', 'there are too many ephemeral rooms')
    if (made === 'user') throw new StoreError('LIMIT_EXCEEDED', 'this user has made too many ephemeral rooms')
    if (made === 'ok') return { room: { ...room, memberCount: countPresent(members) }, created: true }
    const [there] = await this.read((reader) => reader.memberships('' as UserId, [room.id]))
    if (!there) throw new StoreError('UNAVAILABLE', 'the room went away')
    return { room: there.room, created: false }
  }

  async markRead(roomId: RoomId, userId: UserId, seq: number): ReturnType<Store['markRead']> {
    const reply = await this.connection.run(scripts.MARK_READ, roomId, userId, seq, LIMITS.unreadCap)
    if (reply === null) return undefined
    const [read, unread] = listOf(reply)
    return { seq: numberOf(read), unread: numberOf(unread) }
  }

  async putReport(report: Report): Promise<void> {
    const { roomId, id } = report
    const values = [roomId, id, reportValue(report), this.keep.reports, TTL_MS]
    if (numberOf(await this.connection.run(scripts.PUT_REPORT, ...values)) === 0)
      throw new StoreError('LIMIT_EXCEEDED', 'too many reports of this room are open')
  }

  async touch(roomIds: readonly RoomId[]): Promise<void> {
    for (let from = 0; from < roomIds.length; from += TOUCH_STEP)
      await this.connection.run(scripts.TOUCH, TTL_MS, ...list(roomIds.slice(from, from + TOUCH_STEP)))
  }

  async sweep(): Promise<number> {
    let swept = 0
    while (swept < SWEEP_ROOMS) {
      const count = numberOf(await this.connection.run(scripts.SWEEP, this.limits.idleMs, SWEEP_STEP))
      swept += count
      if (count < SWEEP_STEP) break
    }
    return swept
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.values())
    this.connection.close()
  }

  async #commit(roomId: RoomId, need: Need, decide: (facts: Facts) => Plan): Promise<Plan> {
    for (let tries = 0; tries < TRIES; tries++) {
      const { facts, version } = await this.#facts(roomId, need)
      const plan = decide(facts)
      if (version === undefined || (plan.changes.length === 0 && plan.opIds.length === 0)) return plan
      const values = commitValues(roomId, version, facts, plan, this.keep)
      if (numberOf(await this.connection.run(scripts.COMMIT, ...values)) === 1) return plan
    }
    throw new StoreError('OVERLOADED', 'others always committed first')
  }

  /** `version`: of these facts; undefined: the room does not exist. */
  async #facts(roomId: RoomId, need: Need): Promise<{ facts: Facts; version: string | undefined }> {
    const clientIds = need.clientIds.map(({ userId, clientId }) => pairKey(userId, clientId))
    const opIds = need.opIds.map(({ userId, opId }) => pairKey(userId, opId))
    const asked = [need.userIds, need.messageIds, clientIds, opIds, need.lastSendOf]
    const reply = await this.connection.run(scripts.FACTS, roomId, ...asked.flatMap(list))
    if (reply === null) return { facts: NO_ROOM, version: undefined }
    const [head, count, members, cursors, rows, sent, sentRows, done, lastSends] = listOf(reply)
    const [room, rev, seq, version, owners] = listOf(head)
    const reads = listOf(cursors)
    const kept = listOf(sentRows)
    const facts: Facts = {
      room: roomFrom(room, rev, seq, count),
      members: found(need.userIds, members, (row, index) => memberFrom(row, reads[index] ?? null)),
      messages: found(need.messageIds, rows, messageFrom),
      byClientId: found(clientIds, sent, (first, index) => sentFrom(first, kept[index] ?? null)),
      opIds: found(opIds, done, (id) => textOf(id) as StoredMessage['id']),
      owners: numberOf(owners),
      pins: need.pins ? await this.#pinsOf(roomId) : 0,
      lastSendAt: found(need.lastSendOf, lastSends, numberOf),
    }
    return { facts, version: textOf(version) }
  }

  /** Read after the facts: where another commits in between, the version is no longer theirs, and all is read again. */
  async #pinsOf(roomId: RoomId): Promise<number> {
    const rows = listOf(await this.connection.run(scripts.ROWS, roomId))
    return rows.filter((row) => row !== null && messageFrom(row).pinned !== undefined).length
  }
}

/** The message as it is, or its tombstone if it is no longer kept. */
function sentFrom(first: Reply, row: Reply): StoredMessage {
  return messageFrom(row ?? textOf(first).slice(textOf(first).indexOf(' ')))
}

function found<K, V>(keys: readonly K[], reply: Reply, from: (value: Reply, index: number) => V): Map<K, V> {
  const values = listOf(reply)
  return new Map(
    keys.flatMap((key, index) => {
      const value = values[index] ?? null
      return value === null ? [] : [[key, from(value, index)] as const]
    }),
  )
}

const NO_ROOM: Facts = {
  room: undefined,
  members: new Map(),
  messages: new Map(),
  byClientId: new Map(),
  opIds: new Map(),
  owners: 0,
  pins: 0,
  lastSendAt: new Map(),
}
