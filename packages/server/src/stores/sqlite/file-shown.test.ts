import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { integer } from '../sql/column'
import { Connection } from './connection'
import { migrate } from './migrate'
import { sqliteReader } from './sqlite-reader'

const at = '2026-01-01T00:00:00.000Z'
const [FEW, MANY] = [10, 10_000]

describe('P12: what it costs to look whether a user may load a file does not grow with', () => {
  let folder = ''
  let db: Connection
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roomful-file-shown-'))
    db = new Connection(join(folder, 'test.db'))
    migrate(db)
  })
  afterEach(() => {
    db.close()
    rmSync(folder, { recursive: true })
  })

  /** Rooms `<name>-000001` and on, each with one message that shows the file of this name, or with `messages` of them. */
  function rooms(name: string, { count = 1, messages = 1, members = ['ann'], fromSeq = 1 } = {}): void {
    db.exec(`
      BEGIN;
      CREATE TEMP TABLE made AS
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${count})
        SELECT '${name}-' || printf('%06d', n) AS room FROM n;
      INSERT INTO rooms (id, name, name_search, type, created_by, created_at, metadata, settings)
        SELECT room, 'Room', 'room', 'private', 'ann', '${at}', '{}', '{}' FROM made;
      INSERT INTO room_heads (room_id, last_seq, rev) SELECT room, ${messages}, ${messages} FROM made;
      INSERT INTO room_members (room_id, user_id, name, role, joined_at, last_read_seq, from_seq, rev)
        SELECT room, value, value, 'member', '${at}', 0, ${fromSeq}, 1
        FROM made, json_each('${JSON.stringify(members)}');
      INSERT INTO messages
        (room_id, seq, rev, id, sender_id, sender_name, type, content, metadata, created_at, deleted)
        WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${messages})
        SELECT room, n, n, room || n, 'ann', 'Ann', 'image', '', '{"fileId":"${name}"}', '${at}', 0 FROM made, n;
      DROP TABLE made;
      COMMIT;`)
  }

  /** Instructions that SQLite has run for other statements than this one. */
  const stepsRun = (): number => {
    const row = db.get(
      `SELECT coalesce(sum(nstep), 0) AS steps FROM sqlite_stmt WHERE sql NOT LIKE '%nstep%'`,
    )
    return row ? integer(row, 'steps') : 0
  }

  async function costOf(fileId: string, userId: string, isShown: boolean): Promise<number> {
    const before = stepsRun()
    expect(await sqliteReader(db).isFileShown(fileId, asUserId(userId))).toBe(isShown)
    return stepsRun() - before
  }

  test('the messages that show it in a room the user is not in', async () => {
    rooms('few', { messages: FEW })
    rooms('many', { messages: MANY })
    rooms('own', { members: ['bob'] })
    const few = await costOf('few', 'bob', false)
    expect(await costOf('many', 'bob', false)).toBeLessThan(few * 2)
  })

  test('those from before the user came into the room', async () => {
    rooms('few', { messages: FEW, members: ['eve'], fromSeq: FEW + 1 })
    rooms('many', { messages: MANY, members: ['bob'], fromSeq: MANY + 1 })
    const few = await costOf('few', 'eve', false)
    expect(await costOf('many', 'bob', false)).toBeLessThan(few * 2)
  })

  test('the rooms that show it, of a user who is in few', async () => {
    rooms('few', { count: FEW })
    rooms('many', { count: MANY })
    rooms('own', { count: FEW, members: ['bob'] })
    const few = await costOf('few', 'bob', false)
    expect(await costOf('many', 'bob', false)).toBeLessThan(few * 2)
  })

  test('the rooms of the user, of a file that few show', async () => {
    rooms('file', { count: FEW })
    rooms('eves', { count: FEW, members: ['eve'] })
    rooms('bobs', { count: MANY, members: ['bob'] })
    const few = await costOf('file', 'eve', false)
    expect(await costOf('file', 'bob', false)).toBeLessThan(few * 2)
  })
})
