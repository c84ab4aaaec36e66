import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId, type RoomId } from '@roomful/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newRoom } from '../contract/contract-room'
import type { Store } from '../port'
import { Connection } from './connection'
import { sqliteReader } from './sqlite-reader'
import { openSqliteStore } from './sqlite-store'
import { Turns } from './turns'

const ann = asUserId('ann')

/** Each statement takes a millisecond. */
class Counting extends Connection {
  now = 0
  override all(sql: string, ...values: (string | number | null)[]) {
    this.now++
    return super.all(sql, ...values)
  }
}

describe('reads of SQLite yield to the event loop (P11)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-turns-'))
  const path = join(folder, 'test.db')
  let store: Store
  const rooms: RoomId[] = []
  beforeAll(async () => {
    store = await openSqliteStore(path)
    for (let n = 0; n < 600; n++) rooms.push(await newRoom(store))
  })
  afterAll(async () => {
    await store.close()
    rmSync(folder, { recursive: true })
  })

  /** The longest run of statements between two turns of the event loop. */
  async function longestRun(
    db: Counting,
    work: () => Promise<unknown>,
  ): Promise<{ run: number; all: number }> {
    let [last, run, going] = [db.now, 0, true]
    const turn = (): void => {
      run = Math.max(run, db.now - last)
      last = db.now
      if (going) setImmediate(turn)
    }
    const begun = db.now
    setImmediate(turn)
    await work()
    going = false
    return { run: Math.max(run, db.now - last), all: db.now - begun }
  }

  test('one read of many steps', async () => {
    const db = new Counting(path)
    const reader = sqliteReader(db, new Turns(() => db.now))
    const { run, all } = await longestRun(db, async () => {
      for (let n = 0; n < 200; n++) await reader.members(rooms[n] ?? ('' as RoomId), { limit: 10 })
    })
    expect(all).toBe(200)
    expect(run).toBeLessThanOrEqual(6)
    db.close()
  })

  test('many reads at once share the time of a turn', async () => {
    const db = new Counting(path)
    const turns = new Turns(() => db.now)
    const readers = Array.from({ length: 10 }, () => sqliteReader(db, turns))
    const { run, all } = await longestRun(db, () =>
      Promise.all(
        readers.map(async (reader) => {
          for (const roomId of rooms.slice(0, 50)) await reader.members(roomId, { limit: 10 })
        }),
      ),
    )
    expect(all).toBe(500)
    expect(run).toBeLessThanOrEqual(3)
    db.close()
  })

  test('no statement grows with the rooms of a user', async () => {
    const db = new Counting(path)
    const reader = sqliteReader(db, new Turns(() => db.now))
    const { run, all } = await longestRun(db, async () => {
      expect(await reader.roomsOf(ann, { limit: 1_000 })).toHaveLength(600)
      expect((await reader.unread(ann, rooms)).size).toBe(600)
    })
    expect(all).toBe(7 + 30)
    expect(run).toBeLessThanOrEqual(6)
    db.close()
  })
})
