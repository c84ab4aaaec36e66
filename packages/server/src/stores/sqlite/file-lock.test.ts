import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DatabaseInUseError, lockFile } from './file-lock'
import { openSqliteStore } from './sqlite-store'

describe('file lock', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'roomful-lock-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('is one holder’s, and free again when he closes', () => {
    const path = join(folder, 'test.db')
    const first = lockFile(path)
    expect(() => lockFile(path)).toThrow(DatabaseInUseError)
    // The refused attempt must not have dropped the holder's lock: closing any handle of a file can do that.
    expect(() => lockFile(path)).toThrow(DatabaseInUseError)
    first.close()
    lockFile(path).close()
  })

  test('the database and its log are for its owner’s eyes only', async () => {
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
})
