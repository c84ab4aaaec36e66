import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { loadConfig, loadSetting } from './config'
import { CONFIG_FIELDS } from './config-fields'
import { ConfigError } from './options'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function fileOf(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-config-'))
  folders.push(folder)
  const path = join(folder, 'roomful.json')
  writeFileSync(path, content)
  return path
}

function problemsOf(load: () => unknown): readonly string[] {
  try {
    load()
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('sources', () => {
  test('without settings nothing is set', () => {
    expect(loadConfig({})).toEqual({ limits: {} })
  })

  test('a flag beats the environment, which beats the file', () => {
    const file = fileOf('{"port":1,"host":"file","database":"memory:"}')
    const env = { ROOMFUL_PORT: '2', ROOMFUL_HOST: 'env', ROOMFUL_CONFIG: file }
    expect(loadConfig({ flags: { port: '3' }, env })).toMatchObject({
      port: 3,
      host: 'env',
      database: 'memory:',
    })
  })

  test('PORT counts if ROOMFUL_PORT is not set; an empty variable is unset', () => {
    expect(loadConfig({ env: { PORT: '8080' } })).toMatchObject({ port: 8080 })
    expect(loadConfig({ env: { PORT: '8080', ROOMFUL_PORT: '1' } })).toMatchObject({ port: 1 })
    expect(loadConfig({ env: { PORT: '', ROOMFUL_DATABASE: '' } })).toEqual({ limits: {} })
  })

  test('all settings, as they are typed', () => {
    const flags = {
      port: '0',
      jwtSecret: 's',
      guests: true,
      origins: 'https://a.example, https://b.example:8443',
      defaultRooms: 'general,random',
      customEmoji: 'party-parrot, +1',
      sendsPerSecond: '0',
      eventsPerSecond: '5',
      logLevel: 'debug',
      static: 'dist',
    }
    expect(loadConfig({ flags })).toEqual({
      port: 0,
      auth: { jwtSecret: 's' },
      guests: true,
      origins: ['https://a.example', 'https://b.example:8443'],
      defaultRooms: ['general', 'random'],
      customEmoji: ['party-parrot', '+1'],
      limits: { sendsPerSecond: 0, eventsPerSecond: 5 },
      logLevel: 'debug',
      static: 'dist',
    })
    expect(loadConfig({ env: { ROOMFUL_ORIGINS: '*', ROOMFUL_GUESTS: 'false' } })).toMatchObject({
      origins: '*',
      guests: false,
    })
    const jwks = 'https://id.example.com/keys'
    expect(loadConfig({ flags: { jwks, anyAudience: true, claimId: 'oid' } }).auth).toEqual({
      ...{ jwks, anyAudience: true, claims: { id: 'oid' } },
    })
  })
})

describe('problems', () => {
  test('each is one line that names the flag and the variable', () => {
    const env = { ROOMFUL_PORT: '70000', ROOMFUL_DATABASE: 'mysql://x', ROOMFUL_GUESTS: 'maybe' }
    expect(problemsOf(() => loadConfig({ env, flags: { logLevel: 'loud' } }))).toEqual([
      'ROOMFUL_PORT must be a port from 0 to 65535 (--port, ROOMFUL_PORT)',
      'ROOMFUL_DATABASE must be sqlite:<file>, postgres://… or memory: (--database, ROOMFUL_DATABASE)',
      'ROOMFUL_GUESTS must be true or false (--guests, ROOMFUL_GUESTS)',
      '--log-level must be silent, error, warn, info or debug (--log-level, ROOMFUL_LOG_LEVEL)',
    ])
  })

  test.each([
    ['port', 'x', 'must be a whole number'],
    ['port', '1.5', 'must be a whole number'],
    ['port', '-1', 'must be a whole number'],
    ['sendsPerSecond', 'many', 'must be a whole number'],
    ['origins', 'app.example.com', 'must be origins such as'],
    ['origins', 'https://app.example.com/', 'must be origins such as'],
    ['defaultRooms', 'a b', 'must be room ids'],
    ['customEmoji', ':party:', 'must be names'],
    ['redis', 'http://x', 'must be an address'],
    ['jwks', 'keys', 'must be an address'],
    ['jwks', 'https://app:hunter2@id.example.com/keys', 'without a user or password'],
    ['host', '', 'must not be empty'],
  ])('%s %j: %s', (key, value, problem) => {
    const [found] = problemsOf(() => loadConfig({ flags: { [key]: value } }))
    expect(found).toContain(problem)
  })

  test('a file that is missing, broken, or has unknown settings', () => {
    expect(problemsOf(() => loadConfig({ file: '/nowhere.json' }))[0]).toContain(
      '/nowhere.json cannot be read',
    )
    expect(problemsOf(() => loadConfig({ file: fileOf('{') }))[0]).toContain(
      'cannot be read as JSON settings',
    )
    expect(problemsOf(() => loadConfig({ file: fileOf('[1]') }))).toHaveLength(1)
    expect(problemsOf(() => loadConfig({ file: fileOf('{"prot":1}') }))[0]).toContain('"prot"')
    const wrong = fileOf('{"port":"x"}')
    expect(problemsOf(() => loadConfig({ file: wrong }))[0]).toContain(`"port" in ${wrong} must be`)
  })

  test('retention and files', () => {
    const env = { ROOMFUL_RETENTION_DAYS: '90', ROOMFUL_RETENTION_MESSAGES: '0' }
    const flags = { files: '/srv/files' }
    expect(loadConfig({ flags, env })).toEqual({
      files: '/srv/files',
      retention: { days: 90 },
      limits: {},
    })
    expect(loadConfig({ flags: { files: 'off' } }).files).toBe(false)
    expect(loadConfig({ env: { ROOMFUL_RETENTION_DAYS: '0' } }).retention).toBeUndefined()
  })

  describe('webhooks', () => {
    const secrets = [`whsec_${Buffer.from('a secret of 24 bytes here').toString('base64')}`]
    const app = { id: 'app', url: 'https://app.example.com/chat', secrets }
    const all = [app, { ...app, id: 'audit', types: ['room.deleted'], rooms: ['general'] }]

    test('from a file, a variable, or the file of settings', () => {
      expect(loadConfig({ flags: { webhooksFile: fileOf(JSON.stringify(all, null, 2)) } }).webhooks).toEqual(
        all,
      )
      expect(loadConfig({ env: { ROOMFUL_WEBHOOKS: JSON.stringify(all) } }).webhooks).toEqual(all)
      expect(loadConfig({ file: fileOf(JSON.stringify({ webhooks: all })) }).webhooks).toEqual(all)
    })

    test.each([
      ['no JSON', 'must be a list of endpoints'],
      [JSON.stringify(app), 'must be a list of endpoints'],
      [JSON.stringify([app, app]), 'must be endpoints with different ids'],
      [JSON.stringify([{ ...app, id: 'two words' }]), '0.id must be a name of letters'],
      [JSON.stringify([{ ...app, url: 'ftp://a' }]), '0.url must be an address that begins with https://'],
      [
        JSON.stringify([{ ...app, url: 'https://app:hunter2@a.example.com/' }]),
        '0.url must be an address that begins with https:// or http://, without a user or password',
      ],
      [JSON.stringify([{ ...app, secrets: [] }]), '0.secrets must be one secret or more'],
      [
        JSON.stringify([{ ...app, secrets: ['hunter2'] }]),
        '0.secrets.0 must be whsec_ and then 24 to 64 bytes',
      ],
      [JSON.stringify([{ ...app, types: ['message.sentt'] }]), '0.types.0 must be among message.sent, '],
      [JSON.stringify([{ ...app, secret: 'x' }]), '0.secret is not a setting, or is missing'],
      [JSON.stringify([{ id: 'app', secrets }]), '0.url is not a setting, or is missing'],
    ])('%s is refused', (webhooks, problem) => {
      const [found] = problemsOf(() => loadConfig({ env: { ROOMFUL_WEBHOOKS: webhooks } }))
      expect(found).toContain(problem)
      expect(found).toContain('(--webhooks, ROOMFUL_WEBHOOKS)')
      for (const hidden of ['hunter2', ...secrets]) expect(found).not.toContain(hidden)
    })
  })

  test('rules for tokens', () => {
    const env = { ROOMFUL_ISSUER: 'https://id.example.com/', ROOMFUL_AUDIENCE: 'chat, other' }
    const rules = { issuer: ['https://id.example.com/'], audience: ['chat', 'other'] }
    const jwks = 'https://id.example.com/keys'
    const claims = { id: 'oid', name: 'preferred_username', admin: 'is_admin', sid: 'session' }
    const flags = { jwks, claimId: 'oid', claimName: 'preferred_username', claimAdmin: 'is_admin' }
    expect(loadConfig({ flags: { ...flags, claimSid: 'session' }, env }).auth).toEqual({
      jwks,
      ...rules,
      claims,
    })
    expect(loadConfig({ flags: { jwtSecret: 's' }, env }).auth).toEqual({ jwtSecret: 's', ...rules })
    expect(problemsOf(() => loadConfig({ env }))[0]).toContain('one of them is needed')
  })

  test('kinds of files, with their sizes', () => {
    const fileKinds = { png: 10, mp4: 100, text: 0.5 }
    expect(loadConfig({ flags: { fileKinds: 'png, mp4:100,text:0.5' } })).toMatchObject({ fileKinds })
    for (const wrong of ['svg', 'png:0', 'png:', 'png:x', 'mp4:9999', ','])
      expect(problemsOf(() => loadConfig({ env: { ROOMFUL_FILE_KINDS: wrong } }))).toEqual([
        expect.stringMatching(/^ROOMFUL_FILE_KINDS must be .*\(--file-kinds, ROOMFUL_FILE_KINDS\)$/),
      ])
  })

  test('secrets are read from files, with or without a line end', () => {
    const secret = 'a secret that stands in a file'
    const database = 'postgres://chat:secret@db/chat'
    const flags = { jwtSecretFile: fileOf(`${secret}\n`) }
    const env = {
      ROOMFUL_DATABASE_URL_FILE: fileOf(database),
      ROOMFUL_REDIS_URL_FILE: fileOf('rediss://:secret@redis\r\n'),
      ROOMFUL_METRICS_TOKEN_FILE: fileOf('s'),
    }
    expect(loadConfig({ flags, env })).toEqual({
      ...{ database, redis: 'rediss://:secret@redis', auth: { jwtSecret: secret }, limits: {} },
      metrics: { token: 's' },
    })
    expect(loadSetting('database', { env })).toBe(database)
    expect(loadSetting('database', {})).toBeUndefined()
  })

  test('a secret that is given twice, or whose file is missing or empty', () => {
    const twice = { jwtSecret: 's', jwtSecretFile: fileOf('s') }
    expect(problemsOf(() => loadConfig({ flags: twice }))[0]).toContain(
      '--jwt-secret and --jwt-secret-file exclude each other',
    )
    expect(problemsOf(() => loadConfig({ flags: { jwtSecretFile: '/nowhere' } }))).toEqual([
      '--jwt-secret-file names a file that cannot be read: ENOENT (--jwt-secret-file, ROOMFUL_JWT_SECRET_FILE)',
    ])
    expect(problemsOf(() => loadConfig({ flags: { jwtSecretFile: fileOf('') } }))[0]).toContain(
      'the file of --jwt-secret-file must not be empty',
    )
  })

  test.each([
    'postgres://chat:pa@ss/secret@db/chat',
    'postgres://chat:pa#secret@db/chat',
    'postgres://chat:1/secret@db/chat',
    'postgres://chat:1?secret@db/chat',
  ])('%s cannot be read: it is said how, and the password is not repeated', (database) => {
    const [problem] = problemsOf(() => loadConfig({ env: { ROOMFUL_DATABASE: database } }))
    expect(problem).toContain('ROOMFUL_DATABASE cannot be read: in a password')
    expect(problem).not.toContain('secret')
  })

  test('metrics behind a token, or on a separate port', () => {
    expect(loadConfig({ env: { ROOMFUL_METRICS_TOKEN: 'abc-1' } }).metrics).toEqual({ token: 'abc-1' })
    expect(loadConfig({ flags: { metricsPort: '9100' } }).metrics).toEqual({ port: 9100 })
    expect(problemsOf(() => loadConfig({ flags: { metricsToken: 'a b' } }))[0]).toContain('must be letters')
  })

  test('two ways to check tokens exclude each other', () => {
    const flags = { jwtSecret: 's', jwks: 'https://id.example.com/keys' }
    expect(problemsOf(() => loadConfig({ flags }))[0]).toContain('--jwt-secret and --jwks exclude each other')
  })
})

test('every setting has its flag and its variable', () => {
  for (const { key, flag, env } of CONFIG_FIELDS) {
    expect(flag).toMatch(/^[a-z]+(-[a-z]+)*$/)
    expect(env).toBe(`ROOMFUL_${flag.toUpperCase().replaceAll('-', '_')}`)
    expect(key.toLowerCase()).toBe(flag.replaceAll('-', ''))
  }
})
