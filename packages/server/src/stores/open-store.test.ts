import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openStore } from './open-store'

describe('openStore', () => {
  test('opens a file, and makes its folder', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'roomful-open-'))
    for (const [prefix, name] of [
      ['sqlite:', 'a/one.db'],
      ['sqlite://', 'b/two.db'],
    ]) {
      const store = await openStore(`${prefix}${join(folder, name ?? '')}`)
      expect(store.kind).toBe('sqlite')
      await store.close()
      expect(existsSync(join(folder, name ?? ''))).toBe(true)
    }
    rmSync(folder, { recursive: true })
  })

  test('opens a store in memory', async () => {
    const store = await openStore('memory:')
    expect(store.kind).toBe('memory')
    await store.close()
  })

  test('a Postgres that is down is UNAVAILABLE', async () => {
    await expect(openStore('postgres://nobody@127.0.0.1:1/none')).rejects.toMatchObject({
      name: 'StoreError',
      code: 'UNAVAILABLE',
    })
  })

  test.each([
    '',
    'data.db',
    'mysql://user:secret@host/db',
    'sqlite:',
    'sqlite::memory:',
    'sqlite://host/path',
  ])('refuses %j, and does not repeat it', async (url) => {
    const refused = openStore(url)
    await expect(refused).rejects.toBeInstanceOf(TypeError)
    await expect(refused).rejects.not.toThrow('secret')
  })
})
