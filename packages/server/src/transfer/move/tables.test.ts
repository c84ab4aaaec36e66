import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { text } from '../../stores/sql/column'
import { Connection } from '../../stores/sqlite/connection'
import { migrate } from '../../stores/sqlite/migrate'
import { LEFT_TABLES, MOVED_TABLES } from './tables'

test('every table is moved, or left out by name, and its key names each row', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-move-'))
  const db = new Connection(join(folder, 'a.db'))
  try {
    migrate(db)
    const tables = db
      .all("SELECT name FROM sqlite_master WHERE type = 'table'")
      .map((row) => text(row, 'name'))
    const moved = MOVED_TABLES.map(({ name }) => name)
    expect(tables.filter((name) => !LEFT_TABLES.has(name)).sort()).toEqual([...moved].sort())
    for (const { name, key } of MOVED_TABLES) {
      const uniques = db
        .all(`SELECT name FROM pragma_index_list('${name}') WHERE "unique" = 1`)
        .map((index) =>
          db
            .all(`SELECT name FROM pragma_index_info('${text(index, 'name')}')`)
            .map((row) => text(row, 'name')),
        )
      const primary = db
        .all(`SELECT name FROM pragma_table_info('${name}') WHERE pk > 0 ORDER BY pk`)
        .map((row) => text(row, 'name'))
      // More columns than a unique key has name a row too.
      const names = [...uniques, primary].filter((unique) => unique.length > 0)
      expect(
        names.some((unique) => unique.every((column) => key.includes(column))),
        name,
      ).toBe(true)
    }
  } finally {
    db.close()
    rmSync(folder, { recursive: true })
  }
})
