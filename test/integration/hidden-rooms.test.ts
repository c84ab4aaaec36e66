import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChatServer } from '@roomful/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startPostgres } from '../../packages/testing/src/postgres'
import { stopwatch } from '../stopwatch'
import { type Answer, type Device, signIn, startServer } from './server-fixture'

const TRIES = 500
/** On a network a difference of medians below this is indistinguishable from chance. */
const MOST_MS = 2

type Place = { readonly roomId: string; readonly messageId: string }
const MISSING: Place = {
  roomId: '01890000-0000-7000-8000-000000000000',
  messageId: '01890000-0000-7000-8000-000000000001',
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** The part of an answer that may not differ: all but the request's own number, which only counts. */
const bytes = ({ requestId, ...answer }: Answer): string => {
  expect(requestId).toMatch(/^[0-9a-z]+-[0-9a-z]+$/)
  return JSON.stringify(answer)
}

const asking: Record<string, (place: Place, n: number) => object> = {
  'fetch-history': ({ roomId }) => ({ roomId }),
  'send-message': ({ roomId }, n) => ({ roomId, content: 'text', clientId: `client-${n}-x` }),
  'edit-message': ({ messageId }) => ({ messageId, content: 'new' }),
  'add-member': ({ roomId }) => ({ roomId }),
  'mark-read': ({ roomId }) => ({ roomId, seq: 1 }),
}

describe.each(['SQLite', 'Postgres'])('on %s, to a user who is not in a private room', (kind) => {
  let server: ChatServer
  let owner: Device
  let stranger: Device
  let hidden: Place
  const ends: (() => unknown)[] = []

  beforeAll(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'roomful-hidden-'))
    ends.unshift(() => rmSync(folder, { recursive: true }))
    let database = `sqlite:${folder}/chat.db`
    if (kind === 'Postgres') {
      const postgres = await startPostgres()
      ends.unshift(() => postgres[Symbol.asyncDispose]())
      database = await postgres.createDatabase()
    }
    server = await startServer({ database, limits: { sendsPerSecond: 0, eventsPerSecond: 0 } })
    ends.unshift(() => server.close())
    owner = await signIn(server, 'owner')
    stranger = await signIn(server, 'stranger')
    const { room } = await owner.do('create-room', { name: 'Secret', type: 'private' })
    const sent = await owner.do('send-message', { roomId: room.id, content: 'x', clientId: 'client-first' })
    hidden = { roomId: room.id, messageId: sent.message.id }
  })
  afterAll(async () => {
    owner.close()
    stranger.close()
    for (const end of ends) await end()
  })

  test.each(Object.keys(asking))(
    `%s: hidden and missing have the same bytes, and over ${TRIES} tries the same time`,
    async (event) => {
      const payload = asking[event]
      if (!payload) throw new Error('unreachable')
      const watch = stopwatch()
      const times = { hidden: [] as number[], missing: [] as number[] }
      const answers = new Set<string>()
      const once = async (which: 'hidden' | 'missing', n: number): Promise<void> => {
        const startedAt = performance.now()
        const answer = await stranger.ask(event, payload(which === 'hidden' ? hidden : MISSING, n))
        times[which].push(performance.now() - startedAt)
        answers.add(bytes(answer))
      }
      for (let n = 0; n < TRIES; n++) {
        // In turns, and neither always first: other load on the machine affects both alike.
        const [first, second] =
          n % 2 === 0 ? (['hidden', 'missing'] as const) : (['missing', 'hidden'] as const)
        await once(first, n)
        await once(second, n)
      }
      expect(answers.size).toBe(1)
      expect([...answers][0]).toMatch(/"code":"(?:ROOM|MESSAGE)_NOT_FOUND"/)
      const [ofHidden, ofMissing] = [median(times.hidden), median(times.missing)]
      process.stdout.write(
        `${kind}, ${event}: median ${ofHidden.toFixed(2)} ms hidden, ${ofMissing.toFixed(2)} ms missing\n`,
      )
      expect(watch.idleMs(Math.abs(ofHidden - ofMissing))).toBeLessThan(MOST_MS)
    },
  )
})
