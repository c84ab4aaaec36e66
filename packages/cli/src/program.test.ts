import { describe, expect, test } from 'vitest'
import { runCli } from './captured-run'

describe('roomful', () => {
  test('prints its version and its commands', async () => {
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const { code, stdout } = await runCli(['--help'])
    expect(code).toBe(0)
    for (const command of ['serve', 'token', 'send', 'tail', 'rooms'])
      expect(stdout).toContain(`  ${command} `)
  })

  test('serve has a flag for each setting of the server, with its variable', async () => {
    const { stdout } = await runCli(['serve', '--help'])
    for (const word of [
      '--port <number>',
      'ROOMFUL_PORT',
      '--sends-per-second',
      '--guests',
      'ROOMFUL_DATABASE',
    ]) {
      expect(stdout).toContain(word)
    }
  })

  test('help never prints a token from the environment', async () => {
    const { stdout } = await runCli(['send', '--help'], { env: { ROOMFUL_TOKEN: 'very-secret' } })
    expect(stdout).not.toContain('very-secret')
  })

  test.each([
    ['an unknown command', ['sned'], 'send'],
    ['an unknown flag', ['tail', 'general', '--folow'], '--follow'],
    ['no room', ['send'], 'room'],
    ['an address that is none', ['rooms', '--url', 'localhost'], 'http://'],
    ['a seq that is none', ['tail', 'general', '--since', '-1'], 'whole number'],
    ['two beginnings', ['tail', 'general', '--since', '1', '--last', '1'], 'cannot be used with'],
    ['a wrong setting', ['serve', '--port', '99999'], '65535'],
    ['an empty delimiter', ['send', 'general', '--delimiter', ''], 'at least one'],
    ['a room id that can be none', ['tail', 'no room'], 'room id'],
  ])('%s is a usage error, in words', async (_, argv, why) => {
    const { code, stdout, stderr } = await runCli([...argv])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(why)
    expect(stderr).not.toContain('    at ')
  })

  test('an unreachable server is one line, with what to do', async () => {
    const { code, stderr } = await runCli(['send', 'general', 'hi', '--url', 'http://127.0.0.1:9'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^roomful: OFFLINE: no answer from http:\/\/127\.0\.0\.1:9 \(is the server up\?.*\)\n$/,
    )
  })

  test('and JSON with --json', async () => {
    const { stderr } = await runCli(['rooms', '--json', '--url', 'http://127.0.0.1:9'])
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'OFFLINE' } })
  })
})
