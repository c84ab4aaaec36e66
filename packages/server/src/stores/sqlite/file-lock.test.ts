import { linkSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { asUserId } from '@roomful/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Connection } from './connection'
import { DatabaseInUseError, lockFile } from './file-lock'
import { backupFile, restoreFile } from './sqlite-maintenance'
import { openSqliteStore } from './sqlite-store'

describe('file lock', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roomful-lock-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('has one holder, and is free again when it closes', () => {
    const path = join(folder, 'test.db')
    const first = lockFile(path)
    expect(() => lockFile(path)).toThrow(DatabaseInUseError)
    // The refused attempt must not have dropped the holder's lock: closing any handle of a file can do that.
    expect(() => lockFile(path)).toThrow(DatabaseInUseError)
    first.close()
    lockFile(path).close()
  })

  test('the database and its log are readable by their owner only', async () => {
    const path = join(folder, 'new', 'test.db')
    const store = await openSqliteStore(path)
    for (const file of [path, `${path}-wal`]) expect(statSync(file).mode & 0o777).toBe(0o600)
    await store.close()
  })

  test('a second store on one file is refused with the pid of the first, also by another name', async () => {
    const path = join(folder, 'test.db')
    const store = await openSqliteStore(path)
    symlinkSync(path, join(folder, 'link.db'))
    for (const name of ['test.db', './test.db', 'link.db']) {
      const second = openSqliteStore(join(folder, name))
      await expect(second).rejects.toMatchObject({
        name: 'DatabaseInUseError',
        code: 'DATABASE_IN_USE',
        pid: process.pid,
        message: `${path} is in use by another server process (pid ${process.pid})`,
      })
    }
    await store.ping()
    await store.close()
    const again = await openSqliteStore(join(folder, 'link.db'))
    expect(again.epoch).toBe(store.epoch)
    await again.close()
  })

  test('holds if its file is removed: the database itself is checked', async () => {
    const path = join(folder, 'test.db')
    const store = await openSqliteStore(path)
    await store.ping()
    rmSync(`${path}-lock`)
    await expect(openSqliteStore(path)).rejects.toMatchObject({ code: 'DATABASE_IN_USE', pid: process.pid })
    // The first keeps working, and releases the file when it ends.
    await store.ping()
    await store.close()
    const again = await openSqliteStore(path)
    expect(again.epoch).toBe(store.epoch)
    await again.close()
  })

  test('holds for a hard link: a second name is refused, with the reason', async () => {
    const path = join(folder, 'test.db')
    const store = await openSqliteStore(path)
    linkSync(path, join(folder, 'other.db'))
    await expect(openSqliteStore(join(folder, 'other.db'))).rejects.toThrow('has 2 names (hard links)')
    await store.close()
    rmSync(join(folder, 'other.db'))
    await (await openSqliteStore(path)).close()
  })
})

describe('a database file that is damaged', () => {
  const damages: [string, (bytes: Buffer) => Buffer][] = [
    ['in its middle', (bytes) => bytes.fill(0xab, 4_096 * 2, 4_096 * 6)],
    ['in its head', (bytes) => bytes.fill(0xab, 0, 100)],
    ['by being cut', (bytes) => bytes.subarray(0, 4_096 * 3)],
  ]
  test.each(damages)('%s is refused at the start, with what to do', async (_, damage) => {
    const folder = mkdtempSync(join(tmpdir(), 'roomful-damaged-'))
    const path = join(folder, 'test.db')
    const store = await openSqliteStore(path)
    for (let i = 0; i < 200; i++) await store.putUser({ id: asUserId(`user-${i}`), name: 'x'.repeat(100) })
    await store.close()
    const connection = new Connection(path)
    connection.get('PRAGMA wal_checkpoint(TRUNCATE)')
    connection.close()
    writeFileSync(path, damage(readFileSync(path)))
    await expect(openSqliteStore(path)).rejects.toMatchObject({
      code: 'DATABASE_DAMAGED',
      message: expect.stringMatching(/is damaged .*roomful restore.*\.recover/),
    })
    // It is left as it is.
    expect(readFileSync(path).byteLength).toBeGreaterThan(0)
    rmSync(folder, { recursive: true })
  })

  test.each(damages)(
    '%s is replaced by a backup, and kept beside it with what its log holds',
    async (_, damage) => {
      const folder = mkdtempSync(join(tmpdir(), 'roomful-restored-'))
      const [path, copy] = [join(folder, 'test.db'), join(folder, 'copy.db')]
      const store = await openSqliteStore(path)
      for (let i = 0; i < 200; i++) await store.putUser({ id: asUserId(`user-${i}`), name: 'x'.repeat(100) })
      await backupFile(path, copy)
      await store.close()
      const connection = new Connection(path)
      connection.get('PRAGMA wal_checkpoint(TRUNCATE)')
      connection.close()
      const damaged = damage(readFileSync(path))
      writeFileSync(path, damaged)
      const { kept } = restoreFile(path, copy)
      const restored = await openSqliteStore(path)
      expect(await restored.read((reader) => reader.user(asUserId('user-199')))).toBeDefined()
      await restored.close()
      expect(readFileSync(kept ?? '').equals(damaged)).toBe(true)
      rmSync(folder, { recursive: true })
    },
  )
})
