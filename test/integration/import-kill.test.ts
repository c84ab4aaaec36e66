import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { waitUntil } from '@roomful/testing'
import Database from 'libsql'
import { expect, test } from 'vitest'
import { exportLines } from './generated-export'
import { roomful, startRoomful, temporaryFolder } from './roomful-command'

const hashOf = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/** Messages that the database holds, whatever the process that writes them does. */
function countIn(file: string): number {
  try {
    const db = new Database(file, { readonly: true })
    try {
      const row: unknown = db.prepare('SELECT count(*) AS n FROM messages').get()
      return typeof row === 'object' && row !== null && 'n' in row ? Number(row.n) : 0
    } finally {
      db.close()
    }
  } catch {
    return 0
  }
}

test('an import that is killed five times is exact, and its export has the same bytes', async () => {
  using folder = temporaryFolder()
  const [file, copy, data] = ['in.ndjson', 'out.ndjson', 'a.db'].map((name) => join(folder.path, name))
  if (!file || !copy || !data) throw new Error('three names')
  const messages = 12_000
  const texts = [readFileSync('README.md', 'utf8').slice(0, 2_000), 'short', 'ü \u2028 "\\']
  await pipeline(Readable.from(exportLines({ id: 'logs', messages, texts })), createWriteStream(file))
  const database = ['--database', `sqlite:${data}`]
  let kills = 0
  for (let round = 1; round <= 5; round++) {
    const running = startRoomful(['import', file, ...database])
    const enough = (round * messages) / 8
    let ended = false
    void running.done.then(() => (ended = true))
    await waitUntil('a part of it', () => ended || countIn(data) >= enough)
    running.kill('SIGKILL')
    if ((await running.done).signal === 'SIGKILL') kills++
  }
  expect(kills).toBeGreaterThan(0)
  const last = await roomful(['import', file, '--json', ...database])
  const { added, present } = JSON.parse(last.stdout.toString())
  expect(added + present).toBe(messages)
  expect(present).toBeGreaterThan(0)
  expect(await roomful(['export', 'logs', '-o', copy, '--quiet', ...database])).toMatchObject({
    code: 0,
    stderr: '',
  })
  expect(await hashOf(copy)).toBe(await hashOf(file))
})

test('an import that is interrupted keeps what it has read, says 130, and goes on', async () => {
  using folder = temporaryFolder()
  const data = join(folder.path, 'a.db')
  const lines = [...exportLines({ id: 'logs', messages: 1_500, texts: ['text'] })]
  const running = startRoomful(['import', '--database', `sqlite:${data}`], {
    stdin: lines.join(''),
    keepOpen: true,
  })
  await waitUntil('its rows', () => countIn(data) >= 1_000)
  running.kill('SIGINT')
  expect(await running.done).toMatchObject({ code: 130, signal: null })
  const again = await roomful(['import', '--json', '--database', `sqlite:${data}`], { stdin: lines.join('') })
  expect(JSON.parse(again.stdout.toString())).toMatchObject({ roomId: 'logs' })
  expect(countIn(data)).toBe(1_500)
})
