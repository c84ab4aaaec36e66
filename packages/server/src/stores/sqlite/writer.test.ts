import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { StoreError } from '../port'
import { Connection } from './connection'
import { Writer } from './writer'

describe('writer', () => {
  let folder = ''
  let connection: Connection
  let writer: Writer
  let now: number
  beforeEach(() => {
    now = 0
    folder = mkdtempSync(join(tmpdir(), 'roomful-writer-'))
    connection = new Connection(join(folder, 'test.db'))
    connection.exec('CREATE TABLE notes (note TEXT PRIMARY KEY)')
    writer = new Writer(connection, () => now)
  })
  afterEach(() => {
    writer.close()
    rmSync(folder, { recursive: true })
  })

  const insert = (note: string) => (db: Connection) => db.run('INSERT INTO notes VALUES (?)', note)
  function notes(): unknown[] {
    const reader = new Connection(join(folder, 'test.db'))
    try {
      return reader.all('SELECT note FROM notes ORDER BY note').map((row) => row.note)
    } finally {
      reader.close()
    }
  }

  test('runs the work of one turn in order, and answers after the commit', async () => {
    const seen = await Promise.all([
      writer.write(insert('a')).then(notes),
      writer.write((db) => db.all('SELECT note FROM notes').length),
      writer.write(insert('b')),
    ])
    expect(seen).toEqual([['a', 'b'], 1, undefined])
  })

  test('a job that throws rolls back its own rows only', async () => {
    const results = await Promise.allSettled([
      writer.write(insert('a')),
      writer.write((db) => {
        insert('half')(db)
        throw new Error('decided otherwise')
      }),
      writer.write(insert('a')),
      writer.write(insert('b')),
    ])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled'])
    expect(results[1]).toMatchObject({ reason: { message: 'decided otherwise' } })
    expect(results[2]).toMatchObject({ reason: { name: 'StoreError' } })
    expect(notes()).toEqual(['a', 'b'])
  })

  test('a single job that throws leaves nothing behind', async () => {
    const failing = writer.write((db) => {
      insert('half')(db)
      throw new Error('decided otherwise')
    })
    await expect(failing).rejects.toThrow('decided otherwise')
    expect(notes()).toEqual([])
    await writer.write(insert('next'))
    expect(notes()).toEqual(['next'])
  })

  test('a full disk is STORAGE_FULL for the whole transaction, and nothing of it stays', async () => {
    const pages = connection.get('PRAGMA page_count')?.page_count
    connection.exec(`PRAGMA max_page_count = ${pages}`)
    const results = await Promise.allSettled([
      writer.write(insert('small')),
      writer.write(insert('x'.repeat(20_000))),
    ])
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'STORAGE_FULL' } })
    }
    expect(notes()).toEqual([])
    connection.exec('PRAGMA max_page_count = 1000000')
    await writer.write(insert('room again'))
    expect(notes()).toEqual(['room again'])
  })

  test('a file locked by another program is UNAVAILABLE, and works again when it is released', async () => {
    const other = new Connection(join(folder, 'test.db'))
    other.exec('BEGIN IMMEDIATE')
    const results = await Promise.allSettled([writer.write(insert('a')), writer.write(insert('b'))])
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'UNAVAILABLE' } })
    other.exec('ROLLBACK')
    other.close()
    await writer.write(insert('a'))
    expect(notes()).toEqual(['a'])
  })

  test('slow work does not delay the answers of other work', async () => {
    const order: string[] = []
    const slow = (note: string) => (db: Connection) => {
      insert(note)(db)
      now += 15
    }
    const first = writer.write(slow('a')).then(() => order.push('first answered'))
    const second = writer.write((db) => {
      order.push('second begins')
      insert('b')(db)
    })
    await Promise.all([first, second])
    expect(order).toEqual(['first answered', 'second begins'])
    expect(notes()).toEqual(['a', 'b'])
  })

  test('closing does the waiting work, and refuses later work', async () => {
    const last = writer.write(insert('last'))
    writer.close()
    await expect(last).resolves.toBeUndefined()
    expect(notes()).toEqual(['last'])
    await expect(writer.write(insert('late'))).rejects.toBeInstanceOf(StoreError)
  })

  test('the connection waits for the disk at every commit (P1)', () => {
    expect(connection.get('PRAGMA synchronous')?.synchronous).toBe(2)
    expect(connection.get('PRAGMA journal_mode')?.journal_mode).toBe('wal')
    expect(connection.get('PRAGMA foreign_keys')?.foreign_keys).toBe(1)
  })
})
