import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Connection } from './connection'
import { ReaderPool } from './reader-pool'

/** A promise that the test settles. */
function gate(): { promise: Promise<void>; resolve: () => void } {
  let open = (): void => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, resolve: () => open() }
}

describe('reader pool', () => {
  let folder = ''
  let writer: Connection
  let pool: ReaderPool
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roomful-readers-'))
    const path = join(folder, 'test.db')
    writer = new Connection(path)
    writer.exec('CREATE TABLE notes (note TEXT)')
    pool = new ReaderPool(path)
  })
  afterEach(() => {
    pool.close()
    writer.close()
    rmSync(folder, { recursive: true })
  })

  const count = (db: Connection): unknown => db.get('SELECT count(*) AS n FROM notes')?.n
  const add = (): void => writer.run('INSERT INTO notes VALUES (?)', 'note')

  test('a limited number of reads may wait, and one more is refused for now (P11)', async () => {
    const small = new ReaderPool(join(folder, 'test.db'), { waiting: 3 })
    const held = gate()
    const reads = Array.from({ length: 7 }, () => small.snapshot(() => held.promise))
    await expect(small.snapshot(async () => {})).rejects.toMatchObject({ code: 'OVERLOADED' })
    held.resolve()
    await Promise.all(reads)
    await small.snapshot(async () => {})
    small.close()
  })

  test('snapshots that overlap each keep their own moment, however many there are', async () => {
    const gates = Array.from({ length: 12 }, gate)
    const looks = gates.map(({ promise }, index) =>
      pool.snapshot(async (db) => {
        const before = count(db)
        await promise
        return [index, before, count(db)]
      }),
    )
    for (const { resolve } of gates) {
      // One read ends, and the next in line begins after this note.
      add()
      resolve()
      await new Promise((settled) => setImmediate(settled))
    }
    for (const [, before, after] of await Promise.all(looks)) expect(after).toBe(before)
    expect(await pool.snapshot(async (db) => count(db))).toBe(12)
  })

  test('never sees uncommitted rows', async () => {
    writer.exec('BEGIN IMMEDIATE')
    add()
    expect(await pool.snapshot(async (db) => count(db))).toBe(0)
    writer.exec('COMMIT')
    expect(await pool.snapshot(async (db) => count(db))).toBe(1)
  })

  test('a read that throws returns its connection', async () => {
    for (let round = 0; round < 10; round++) {
      const failing = pool.snapshot(async () => {
        throw new Error('reader failed')
      })
      await expect(failing).rejects.toThrow('reader failed')
    }
    add()
    expect(await pool.snapshot(async (db) => count(db))).toBe(1)
  })

  test('closing refuses waiting reads, and lets running ones finish', async () => {
    const held = gate()
    const reading = Array.from({ length: 4 }, () =>
      pool.snapshot(async (db) => {
        await held.promise
        return count(db)
      }),
    )
    const waiting = pool.snapshot(async (db) => count(db))
    pool.close()
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    held.resolve()
    expect(await Promise.all(reading)).toEqual([0, 0, 0, 0])
    await expect(pool.snapshot(async (db) => count(db))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})
