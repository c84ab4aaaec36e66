import { expect, test } from 'vitest'
import { ROOT } from '../../scripts/build.mjs'
import { gitLog, makeRepository, trickyMessages } from './git-repository'
import { NO_LIMITS, roomful, serve, temporaryFolder } from './roomful-command'

/** Sends the records through the command line into a fresh room, and compares the output of `tail`: byte for byte. */
async function expectSame(log: Buffer, data: string): Promise<number> {
  await using server = await serve(['--port', '0', '--database', `sqlite:${data}/chat.db`, ...NO_LIMITS])
  const count = log.filter((byte) => byte === 0).length
  const sent = await roomful(['send', 'general', '--null', '--json', '--url', server.url], { stdin: log })
  expect({ code: sent.code, stderr: sent.stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(sent.stdout.toString())).toMatchObject({ sent: count, refused: 0, unconfirmed: 0 })
  const shown = await roomful(['tail', 'general', '--no-follow', '--null', '--url', server.url])
  expect({ code: shown.code, stderr: shown.stderr }).toEqual({ code: 0, stderr: '' })
  expect(shown.stdout.equals(log)).toBe(true)
  return count
}

test("the project's own git log comes out as it went in", async () => {
  using folder = temporaryFolder()
  await expectSame(await gitLog(ROOT), folder.path)
})

test('so do 1,000 commits of texts that are easily changed', async () => {
  using folder = temporaryFolder()
  await makeRepository(`${folder.path}/repository`, trickyMessages(1_000))
  const log = await gitLog(`${folder.path}/repository`)
  expect(log.includes('👩‍👩‍👧‍👦')).toBe(true)
  expect(await expectSame(log, folder.path)).toBe(1_000)
})
