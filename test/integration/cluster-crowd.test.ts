import { checkHistory, finalRoom, formatFindings, Recorder, waitUntil } from '@roomful/testing'
import { createTestClient, type ServerProcess } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { startRedis, type TestRedis } from '../../packages/testing/src/redis'
import { stopwatch } from '../stopwatch'
import { CROWD_SECRET, type Device, disperse, sendAll, settled, tokenFor } from './crowd'
import { NO_LIMITS, serve } from './roomful-command'

const CLIENTS = 16
const SENDS = 100
const TOTAL = CLIENTS * SENDS

let postgres: TestPostgres
let redis: TestRedis
beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

async function startNodes(args: readonly string[]): Promise<ServerProcess[]> {
  const database = await postgres.createDatabase()
  const all = ['--port', '0', '--database', database, ...NO_LIMITS, ...args]
  return Promise.all([1, 2].map(() => serve(all, { env: { ROOMFUL_JWT_SECRET: CROWD_SECRET } })))
}

/** Every second client on the other node, all in one room. */
function gatherOver(nodes: readonly ServerProcess[]): Promise<Device[]> {
  return Promise.all(
    Array.from({ length: CLIENTS }, async (_, index) => {
      const url = nodes[index % nodes.length]?.url ?? ''
      const user = `user-${String(index + 1).padStart(2, '0')}`
      const chat = await createTestClient({ url, token: tokenFor }, user)
      const room = chat.room('general')
      await room.open()
      return { who: { user, device: `${user}-device` }, chat, room }
    }),
  )
}

/**
 * Every device shows the end without a gap before it. It knows the head sooner than it has the rows: the database
 * delivers those of the other node that Redis lost, within the 10 s that P5 and P16 give.
 */
async function converged(devices: readonly Device[], lastSeq: number): Promise<void> {
  const showsEnd = ({ room }: Device): boolean => {
    const seqs = room.messages().map(({ seq }) => seq)
    const first = seqs[0] ?? 0
    return seqs.at(-1) === lastSeq && seqs.every((seq, index) => seq === first + index)
  }
  const watch = stopwatch()
  await waitUntil('every device to show the end', () => devices.every(showsEnd))
  expect(watch.idleMs()).toBeLessThan(10_000)
}

/** Seqs are 1..n without a hole, each send once, in each sender's order, each device equal to the server. */
async function expectRight(devices: readonly Device[], recorder: Recorder): Promise<void> {
  const [first] = devices
  if (!first) throw new Error('nobody came')
  await settled(devices, TOTAL)
  await converged(devices, TOTAL)
  const final = await finalRoom(first.chat, 'general', devices)
  expect(final.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: TOTAL }, (_, index) => index + 1))
  expect(new Set(final.messages.map((row) => `${row.senderId} ${row.clientId}`)).size).toBe(TOTAL)
  const findings = checkHistory(recorder.history, [final])
  expect(findings, formatFindings(findings)).toEqual([])
}

test(`two server processes, ${CLIENTS} writers, every tenth send twice, Redis killed on the way (I1 to I4, P16)`, async () => {
  const nodes = await startNodes(['--redis', redis.url])
  const recorder = new Recorder()
  const devices = await gatherOver(nodes)
  try {
    let killed: Promise<void> | undefined
    await sendAll(devices, SENDS, recorder, (confirmed) => {
      if (confirmed === TOTAL / 4) killed = redis.kill()
      if (confirmed === TOTAL / 2) void killed?.then(() => redis.start())
    })
    expect(killed).toBeDefined()
    await expectRight(devices, recorder)
  } finally {
    await disperse(devices)
    await Promise.all(nodes.map((node) => node.kill()))
  }
})

test('a node is killed while it commits: the other one delivers its commits, and continues', async () => {
  const nodes = await startNodes(['--redis', redis.url])
  const [first, second] = nodes
  if (!first || !second) throw new Error('no nodes')
  const recorder = new Recorder()
  const devices = await gatherOver([second])
  const doomed = await createTestClient({ url: first.url, token: tokenFor }, 'doomed')
  try {
    const room = doomed.room('general')
    await room.open()
    for (let index = 0; index < 50; index++) room.send(`doomed says ${index}`).catch(() => {})
    const sending = sendAll(devices, SENDS, recorder)
    await first.kill()
    await sending
    const [reader] = devices
    if (!reader) throw new Error('nobody came')
    const { messages, lastSeq } = await finalRoom(reader.chat, 'general', [])
    await settled(devices, lastSeq)
    await converged(devices, lastSeq)
    const final = await finalRoom(reader.chat, 'general', devices)
    expect(messages.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1))
    expect(lastSeq).toBeGreaterThanOrEqual(TOTAL)
    for (const view of final.views) expect(view.messages.at(-1)?.seq).toBe(lastSeq)
  } finally {
    await doomed.close()
    await disperse(devices)
    await Promise.all(nodes.map((node) => node.kill()))
  }
})
