import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { integer, text } from '../../stores/sql/column'
import { Connection } from '../../stores/sqlite/connection'
import { realPath } from '../../stores/sqlite/database-file'
import { lockFile } from '../../stores/sqlite/file-lock'
import { migrate } from '../../stores/sqlite/migrate'
import { type Column, type MovedValue, type Side, storedValue } from './side'
import type { MovedTable } from './tables'

/** Holds the file as a server does. Throws DatabaseInUseError while one has it. */
export async function withSqliteSide<T>(
  file: string,
  { mustExist }: { readonly mustExist: boolean },
  work: (side: Side) => Promise<T>,
): Promise<T> {
  if (mustExist && !existsSync(resolve(file))) throw new Error(`${resolve(file)} is not there`)
  const path = realPath(file)
  const lock = lockFile(path)
  try {
    const connection = new Connection(path)
    try {
      migrate(connection)
      return await work(sqliteSide(connection))
    } finally {
      connection.close()
    }
  } finally {
    lock.close()
  }
}

function sqliteSide(db: Connection): Side {
  const transaction = (write: () => void): void => {
    db.exec('BEGIN IMMEDIATE')
    try {
      write()
      db.exec('COMMIT')
    } catch (error) {
      db.rollback()
      throw error
    }
  }
  return {
    kind: 'sqlite',
    async columns(table) {
      const names = db.all(`PRAGMA table_info(${table.name})`).map((row) => text(row, 'name'))
      const shared = new Map(Object.entries(table.sqliteMs ?? {}).map(([other, own]) => [own, other]))
      return names.map((name) => shared.get(name) ?? name).sort()
    },
    async count({ name }) {
      const row = db.get(`SELECT count(*) AS count FROM ${name}`)
      return row ? integer(row, 'count') : 0
    },
    async page(table, columns, after, limit) {
      const key = table.key.join(', ')
      const where = after ? `WHERE (${key}) > (${after.map(() => '?').join(', ')})` : ''
      const names = columns.map(({ name }) => nameHere(table, name)).join(', ')
      const rows = db.all(
        `SELECT ${names} FROM ${table.name} ${where} ORDER BY ${key} LIMIT ?`,
        ...(after ?? []),
        limit,
      )
      return rows.map((row) =>
        columns.map((column) => fromHere(table, column, row[nameHere(table, column.name)])),
      )
    },
    async last({ name, key }) {
      const order = key.map((column) => `${column} DESC`).join(', ')
      const row = db.get(`SELECT ${key.join(', ')} FROM ${name} ORDER BY ${order} LIMIT 1`)
      return row && key.map((column) => storedValue(row[column]))
    },
    async insert(table, columns, rows) {
      const names = columns.map(({ name }) => nameHere(table, name)).join(', ')
      const marks = columns.map(() => '?').join(', ')
      const sql = `INSERT INTO ${table.name} (${names}) VALUES (${marks})`
      transaction(() => {
        for (const row of rows) db.run(sql, ...row.map((value, at) => toHere(table, columns[at], value)))
      })
    },
    async empty({ name }) {
      transaction(() => db.run(`DELETE FROM ${name}`))
    },
    async meta(key) {
      const row = db.get('SELECT value FROM meta WHERE key = ?', key)
      return row && text(row, 'value')
    },
    async setMeta(values) {
      transaction(() => {
        for (const [key, value] of Object.entries(values)) {
          if (value === null) db.run('DELETE FROM meta WHERE key = ?', key)
          else db.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value)
        }
      })
    },
    // Rows with numbers of their own move an AUTOINCREMENT on.
    async continueNumbers() {},
  }
}

const nameHere = ({ sqliteMs = {} }: MovedTable, name: string): string => sqliteMs[name] ?? name

function fromHere(table: MovedTable, { name, kind }: Column, raw: unknown): MovedValue {
  const value = storedValue(raw)
  if (value === null || kind !== 'time') return value
  if (table.sqliteMs?.[name] === undefined) return isoTime(value)
  return isoTime(Number(value))
}

function toHere(table: MovedTable, column: Column | undefined, value: MovedValue): MovedValue {
  if (column === undefined || table.sqliteMs?.[column.name] === undefined || value === null) return value
  return Date.parse(String(value))
}

const isoTime = (value: string | number): string => new Date(value).toISOString()
