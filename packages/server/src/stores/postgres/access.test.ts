import { describe, expect, test } from 'vitest'
import { withSchema } from '../database-url'
import { accessOf, localSettings, startOptions } from './access'

describe('the URL of a Postgres', () => {
  test('its settings are added to ours, and removed from the address', () => {
    const url = 'postgres://app:secret@db/chat?sslmode=require&options=-c%20lock_timeout%3D1234%20--jit%3Don'
    const { connectionString, settings } = accessOf(url)
    expect(connectionString).toBe('postgres://app:secret@db/chat?sslmode=require')
    expect(settings).toMatchObject({
      lock_timeout: '1234',
      jit: 'on',
      statement_timeout: '5000',
      TimeZone: 'UTC',
    })
    expect(accessOf(url, { noTimeouts: true }).settings).not.toHaveProperty('statement_timeout')
  })

  test('a schema', () => {
    const url = withSchema('postgres://app@db/shop', 'roomful')
    expect(url).toBe('postgres://app@db/shop?schema=roomful')
    expect(accessOf(url).settings).toMatchObject({ search_path: 'roomful' })
    expect(withSchema(url, undefined)).toBe(url)
    expect(withSchema('memory:', 'roomful')).toBe('memory:')
    for (const name of ['a b', 'A', '"x"', 'a;drop', ''])
      expect(() => withSchema(url, name)).toThrow(TypeError)
  })

  test('settings as the start of a connection, and of a transaction', () => {
    expect(startOptions({ search_path: 'a b', jit: 'off' })).toBe('-c search_path=a\\ b -c jit=off')
    expect(
      accessOf(`postgres://db?options=${encodeURIComponent('-c search_path=a\\ b')}`).settings,
    ).toMatchObject({
      search_path: 'a b',
    })
    expect(localSettings({ jit: 'off', work_mem: '4MB' })).toEqual({
      text: 'SELECT set_config($1, $2, true), set_config($3, $4, true)',
      values: ['jit', 'off', 'work_mem', '4MB'],
    })
  })
})
