import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Connection } from './connection'
import { migrate } from './migrate'
import { MIGRATIONS } from './migrations'

const FIRST = 'CREATE TABLE one (id INTEGER)'
const SECOND = 'CREATE TABLE two (id INTEGER); INSERT INTO two VALUES (2)'

describe('migrate', () => {
  let folder = ''
  let connection: Connection
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roomful-migrate-'))
    connection = new Connection(join(folder, 'test.db'))
  })
  afterEach(() => {
    connection.close()
    rmSync(folder, { recursive: true })
  })

  const version = (): unknown => connection.get('SELECT max(version) AS v FROM schema_version')?.v

  test('runs each version once, in order', () => {
    migrate(connection, [FIRST])
    expect(version()).toBe(1)
    migrate(connection, [FIRST, SECOND])
    migrate(connection, [FIRST, SECOND])
    expect(version()).toBe(2)
    expect(connection.all('SELECT id FROM two')).toHaveLength(1)
  })

  test('one that fails is rolled back whole, and the version stays', () => {
    migrate(connection, [FIRST])
    expect(() => migrate(connection, [FIRST, 'CREATE TABLE two (id INTEGER); nonsense'])).toThrow()
    expect(version()).toBe(1)
    migrate(connection, [FIRST, SECOND])
    expect(version()).toBe(2)
  })

  test('counts the members of existing rooms, and from then on automatically', () => {
    migrate(connection, MIGRATIONS.slice(0, 3))
    connection.exec(`
      INSERT INTO rooms VALUES ('r1', 'Room', 'room', 'public', NULL, '', '{}', '{}');
      INSERT INTO rooms VALUES ('r2', 'Empty', 'empty', 'public', NULL, '', '{}', '{}');
      INSERT INTO room_heads (room_id, last_seq, rev) VALUES ('r1', 0, 3), ('r2', 0, 0);
      INSERT INTO room_members VALUES ('r1', 'ann', 'Ann', 'owner', '', 0, 1, NULL, NULL, 1);
      INSERT INTO room_members VALUES ('r1', 'bob', 'Bob', 'member', '', 0, 1, NULL, NULL, 2);
      INSERT INTO room_members VALUES ('r1', 'cid', 'Cid', 'member', '', 0, 1, NULL, 'left', 3);`)
    migrate(connection, MIGRATIONS)
    const counts = (): unknown[] =>
      connection.all('SELECT member_count FROM room_heads ORDER BY room_id').map((row) => row.member_count)
    expect(counts()).toEqual([2, 0])
    connection.exec(`UPDATE room_members SET removed = NULL WHERE user_id = 'cid'`)
    connection.exec(`DELETE FROM room_members WHERE user_id = 'ann'`)
    connection.exec(`UPDATE room_members SET removed = 'kicked' WHERE user_id = 'bob'`)
    expect(counts()).toEqual([1, 0])
  })

  test('finds existing rooms and messages by the new indexes', () => {
    const before = MIGRATIONS.findIndex((sql) => sql.includes('messages_shown'))
    migrate(connection, MIGRATIONS.slice(0, before))
    connection.exec(`
      INSERT INTO rooms VALUES ('r1', 'Old Room', 'old room', 'public', NULL, '', '{}', '{}');
      INSERT INTO rooms VALUES ('r2', 'Old Secret', 'old secret', 'private', NULL, '', '{}', '{}');
      INSERT INTO room_heads (room_id, last_seq, rev) VALUES ('r1', 1, 1), ('r2', 0, 0);
      INSERT INTO messages (room_id, seq, rev, id, sender_id, sender_name, type, content, created_at, deleted)
        VALUES ('r1', 1, 1, 'm1', 'ann', 'Ann', 'text', 'hello', '', 0);`)
    connection.close()
    connection = new Connection(join(folder, 'test.db'))
    migrate(connection, MIGRATIONS)
    const found = (): unknown[] =>
      connection
        .all(
          `SELECT room_id FROM room_search JOIN room_names ON no = room_search.rowid WHERE room_search MATCH '"old"'`,
        )
        .map((row) => row.room_id)
    expect(found()).toEqual(['r1'])
    // A copy renumbers rows that have no explicit numbers.
    connection.exec(`DELETE FROM rooms WHERE id = 'r2'; VACUUM`)
    expect(found()).toEqual(['r1'])
    connection.exec(`DELETE FROM rooms WHERE id = 'r1'`)
    expect(found()).toEqual([])
  })

  test('refuses a database of a newer version', () => {
    migrate(connection, [FIRST, SECOND])
    expect(() => migrate(connection, [FIRST])).toThrow('newer version (2) than this server (1)')
  })
})
