import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asRoomId, asUserId } from '@roomful/protocol'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { openSqliteStore } from '../../packages/server/src/stores/sqlite/sqlite-store'

const WRITER = fileURLToPath(new URL('sqlite-writer.ts', import.meta.url))
/** Acks after which the writer is killed, a round each: at once, early, and after checkpoints of the log. */
const KILL_AFTER = [1, 40, 300, 1_500]

describe('SQLite and kill -9', () => {
  const folder = mkdtempSync(join(tmpdir(), 'roomful-crash-'))
  const path = join(folder, 'roomful.db')
  let writer: ChildProcess | undefined
  afterEach(() => {
    writer?.kill('SIGKILL')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  /** Starts a writer, and resolves with its acks until it was killed. */
  async function writeAndDie(round: number, killAfter: number): Promise<string[]> {
    const acked: string[] = []
    const child = fork(WRITER, [path, String(round)], { execArgv: ['--import', 'tsx'] })
    writer = child
    child.on('message', (message: { acked?: string[] }) => {
      acked.push(...(message.acked ?? []))
      if (acked.length >= killAfter) child.kill('SIGKILL')
    })
    await once(child, 'exit')
    return acked
  }

  test('keeps what was acked, whole batches only, without a hole, and the next process continues (P1, I1, I2)', async () => {
    const acked: string[] = []
    for (const [round, killAfter] of KILL_AFTER.entries()) {
      acked.push(...(await writeAndDie(round, killAfter)))
      const store = await openSqliteStore(path)
      const { rows, room } = await store.read(async (reader) => {
        const roomId = asRoomId('general')
        const [membership] = await reader.memberships(asUserId('ann'), [roomId])
        const all = { roomId, includeDeleted: true, take: 'oldest', limit: 100_000 } as const
        return { rows: await reader.messages(all), room: membership?.room }
      })
      await store.close()
      expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1))
      expect(rows.map(({ rev }) => rev)).toEqual(rows.map((_, index) => index + 2))
      expect(room).toMatchObject({ lastSeq: rows.length, rev: rows.length + 1 })
      const sizes = new Map<string, number>()
      for (const { content } of rows) sizes.set(content, (sizes.get(content) ?? 0) + 1)
      expect([...sizes].filter(([content, size]) => size !== Number.parseInt(content, 10))).toEqual([])
      const kept = new Set<string | undefined>(rows.map(({ clientId }) => clientId))
      expect(kept.size).toBe(rows.length)
      expect(acked.filter((clientId) => !kept.has(clientId))).toEqual([])
      expect(acked.length).toBeGreaterThan(0)
    }
  })

  test('a second process is refused while the first lives, and accepted after its kill', async () => {
    const child = fork(WRITER, [path, 'lock'], { execArgv: ['--import', 'tsx'] })
    writer = child
    await once(child, 'message')
    await expect(openSqliteStore(path)).rejects.toMatchObject({
      code: 'DATABASE_IN_USE',
      message: `${path} is in use by another server process (pid ${child.pid})`,
    })
    child.kill('SIGKILL')
    await once(child, 'exit')
    const store = await openSqliteStore(path)
    await store.ping()
    await store.close()
  })
})
