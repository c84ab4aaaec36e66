import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Connection } from './connection'
import { migrate } from './migrate'

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

  test('one that fails is taken back whole, and the version stays', () => {
    migrate(connection, [FIRST])
    expect(() => migrate(connection, [FIRST, 'CREATE TABLE two (id INTEGER); nonsense'])).toThrow()
    expect(version()).toBe(1)
    migrate(connection, [FIRST, SECOND])
    expect(version()).toBe(2)
  })

  test('refuses a database of a newer version', () => {
    migrate(connection, [FIRST, SECOND])
    expect(() => migrate(connection, [FIRST])).toThrow('newer version (2) than this server (1)')
  })
})
