import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCli } from '../captured-run'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-token-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

describe('roomful token', () => {
  test('prints a token and nothing else', async () => {
    const { code, stdout, stderr } = await runCli(['token', '--user', 'ada', '--jwt-secret', 's3cret'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(claimsOf(stdout)).toMatchObject({ sub: 'ada', name: 'ada' })
  })

  test('has the requested claims', async () => {
    const argv = ['token', '--user', 'ada', '--name', 'Ada L.', '--admin', '--expires', '1h']
    const { stdout } = await runCli(argv, { env: { ROOMFUL_JWT_SECRET: 's3cret' } })
    const claims = claimsOf(stdout)
    expect(claims).toMatchObject({ sub: 'ada', name: 'Ada L.', admin: true })
    const { iat, exp } = claims as { iat: number; exp: number }
    expect(exp - iat).toBeGreaterThanOrEqual(3_600)
    expect(exp - iat).toBeLessThan(3_605)
  })

  test('is for the server that its variables describe', async () => {
    const env = { ROOMFUL_JWT_SECRET: 's3cret', ROOMFUL_ISSUER: 'https://a/, https://b/' }
    const { stdout } = await runCli(['token', '--user', 'tenant/ada', '--audience', 'chat'], { env })
    expect(claimsOf(stdout)).toMatchObject({ sub: 'tenant/ada', iss: 'https://a/', aud: 'chat' })
  })

  test('signs with the secret beside the database', async () => {
    writeFileSync(join(folder, 'jwt-secret'), 's3cret\n')
    const kept = await runCli(['token', '--user', 'ada', '--database', `sqlite:${folder}/roomful.db`])
    expect(kept.code).toBe(0)
    const [header, payload, signature] = kept.stdout.trim().split('.')
    const right = createHmac('sha256', 's3cret').update(`${header}.${payload}`).digest('base64url')
    expect(signature).toBe(right)
  })

  test.each([
    [['token'], 2, '--user'],
    [['token', '--user', 'a b', '--jwt-secret', 'x'], 2, 'user id'],
    [['token', '--user', 'ada', '--expires', 'soon', '--jwt-secret', 'x'], 2, 'no duration'],
    [['token', '--user', 'ada', '--database', 'memory:'], 1, '--jwt-secret'],
  ])('%j ends with %d and prints why', async (argv, code, why) => {
    const result = await runCli(argv)
    expect(result.code).toBe(code)
    expect(result.stdout).toBe('')
    expect(result.stderr).toContain(why)
  })

  test('makes no secret if there is none', async () => {
    const result = await runCli(['token', '--user', 'ada', '--database', `sqlite:${folder}/roomful.db`])
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(/^roomful: NO_SECRET: no secret at .*jwt-secret \(.*\)\n$/)
  })
})
