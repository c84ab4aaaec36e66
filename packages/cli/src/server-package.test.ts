import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Io } from './io'
import { isServerMissing, withoutServer } from './server-package'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'roomful-npx-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const missing = Object.assign(new Error("Cannot find package '@roomful/server' imported from /x"), {
  code: 'ERR_MODULE_NOT_FOUND',
})

const ioWith = (env: Record<string, string>, signal = new AbortController().signal): Io => ({
  stdin: Readable.from([]),
  stdout: new PassThrough(),
  stderr: process.stderr,
  env,
  signal,
})

/** In place of npm: writes down how it was called, and ends as the command would. */
function fakeNpm(body: string): Record<string, string> {
  const npm = join(folder, 'npm.cjs')
  writeFileSync(
    npm,
    `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'args'))}, JSON.stringify(process.argv.slice(2))); ${body}`,
  )
  return { npm_command: 'exec', npm_execpath: npm, npm_config_yes: 'true' }
}

test('under npx the same line runs again with the server, and ends as that does', async () => {
  const code = await withoutServer(ioWith(fakeNpm('process.exit(7)')), ['serve', '--port', '0'], missing)
  expect(code).toBe(7)
  const args: string[] = JSON.parse(readFileSync(join(folder, 'args'), 'utf8'))
  expect(args.map((word) => word.replace(/@\d+\.\d+\.\d+$/, ''))).toEqual([
    ...['exec', '--package=roomful', '--package=@roomful/server', '--', 'roomful', 'serve', '--port', '0'],
  ])
})

test('a signal to the first process reaches the second', async () => {
  const stop = new AbortController()
  const env = fakeNpm(
    `process.on('SIGTERM', () => process.exit(0)); setInterval(() => {}, 1_000)
    require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'listens'))}, '')`,
  )
  const running = withoutServer(ioWith(env, stop.signal), ['serve'], missing)
  while (!existsSync(join(folder, 'listens'))) await new Promise((resolve) => setImmediate(resolve))
  stop.abort('SIGTERM')
  expect(await running).toBe(0)
})

test('where the signal kills the second process, the first ends as the signal says', async () => {
  for (const [why, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const stop = new AbortController()
    const env = fakeNpm('setInterval(() => {}, 1_000)')
    const running = withoutServer(ioWith(env, stop.signal), ['migrate'], missing)
    while (!existsSync(join(folder, 'args'))) await new Promise((resolve) => setImmediate(resolve))
    stop.abort(why)
    expect(await running).toBe(code)
    rmSync(join(folder, 'args'))
  }
})

test('elsewhere, and where npm did not bring it either, the line to type is the error', async () => {
  // Without a terminal and without --yes, npm would only refuse.
  for (const env of [
    {},
    { ...fakeNpm(''), ROOMFUL_WITH_SERVER: '1' },
    { ...fakeNpm(''), npm_config_yes: '' },
  ])
    await expect(withoutServer(ioWith(env), ['serve'], missing)).rejects.toMatchObject({
      code: 'SERVER_NOT_INSTALLED',
      advice: expect.stringContaining('npx --yes -p roomful -p @roomful/server roomful serve'),
    })
  expect(isServerMissing(missing)).toBe(true)
  expect(isServerMissing(Object.assign(new Error("'pg'"), { code: 'ERR_MODULE_NOT_FOUND' }))).toBe(false)
})
