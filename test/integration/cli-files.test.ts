import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ChatServer } from '@roomful/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PNG } from '../../packages/server/src/files/file-samples'
import { roomful, temporaryFolder } from './roomful-command'
import { startServer, tokenOf } from './server-fixture'

const folder = temporaryFolder()
const inFolder = (name: string): string => join(folder.path, name)
let server: ChatServer
let at: string[]
beforeAll(async () => {
  server = await startServer({ files: inFolder('files'), fileKinds: { png: 1, text: 1 } })
  at = ['--url', server.url, '--token', await tokenOf('ann')]
  writeFileSync(inFolder('cat.png'), PNG)
  writeFileSync(inFolder('report.txt'), 'all is well\n'.repeat(10_000))
  writeFileSync(inFolder('film.mp4'), Buffer.from('0000001866747970', 'hex'))
  mkdirSync(inFolder('album'))
})
afterAll(async () => {
  await server.close()
  folder[Symbol.dispose]()
})

test('roomful send --file uploads files, the message is the caption of the first, and tail shows where they are', async () => {
  const files = ['--file', inFolder('cat.png'), '--file', inFolder('report.txt')]
  const run = await roomful(['send', 'general', ...files, 'my', 'cat', ...at])
  expect([run.code, run.stdout.toString()]).toEqual([0, '2 files sent to general\n'])
  expect(run.stderr).toMatch(/KB uploaded in /)
  const tail = await roomful(['tail', 'general', '--no-follow', '--last', '2', ...at])
  const lines = tail.stdout.toString().split('\n')
  const address = `${server.url}/files/`
  expect(lines.find((line) => line.includes('cat.png'))).toContain(`[image: cat.png] ${address}`)
  expect(lines.find((line) => line.includes('report.txt'))).toContain(`[file: report.txt] ${address}`)
  expect(lines.some((line) => line.endsWith('my cat'))).toBe(true)
})

test('a refused file is named with the reason, and the exit code says so', async () => {
  const files = ['--file', inFolder('film.mp4'), '--file', inFolder('cat.png')]
  const run = await roomful(['send', 'general', ...files, '--json', ...at])
  expect(run.code).toBe(1)
  expect(run.stderr).toContain('INVALID_CONTENT')
  expect(run.stderr).toContain('film.mp4')
  expect(JSON.parse(run.stdout.toString())).toMatchObject({
    ...{ room: 'general', sent: 1, refused: 1 },
    files: [{ path: inFolder('cat.png'), fileId: expect.stringMatching(/^[0-9a-f]{64}-/) }],
  })
})

test.each([
  ['a path that is not there', 'none.png'],
  ['a folder', 'album'],
])('%s is a usage error before anything is sent', async (_, name) => {
  const files = ['--file', inFolder('cat.png'), '--file', inFolder(name)]
  const run = await roomful(['send', 'general', ...files, ...at])
  expect([run.code, run.stdout.toString()]).toEqual([2, ''])
  expect(run.stderr).toContain(name)
})
