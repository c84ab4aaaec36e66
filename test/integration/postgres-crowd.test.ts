import { checkHistory, finalRoom, formatFindings, Recorder } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres, type TestPostgres } from '../../packages/testing/src/postgres'
import { CROWD_SECRET, type Device, disperse, gather, sendAll, settled } from './crowd'
import { NO_LIMITS, serve } from './roomful-command'

const CLIENTS = 16
const SENDS = 100
const TOTAL = CLIENTS * SENDS

let postgres: TestPostgres
beforeAll(async () => {
  // As in production: data must not survive a kill only because the kernel has it.
  postgres = await startPostgres({ fsync: true })
})
afterAll(() => postgres[Symbol.asyncDispose]())

const serverOn = (database: string, port = '0'): Promise<ServerProcess> =>
  serve(['--port', port, '--database', database, ...NO_LIMITS], { env: { ROOMFUL_JWT_SECRET: CROWD_SECRET } })

/** Every send is there, once, in its sender's order, and every device shows what the server has. */
async function expectRight(devices: readonly Device[], recorder: Recorder): Promise<void> {
  const [first] = devices
  if (!first) throw new Error('nobody came')
  await settled(devices, TOTAL)
  const final = await finalRoom(first.chat, 'general', devices)
  expect(final.messages.map(({ seq }) => seq)).toEqual(Array.from({ length: TOTAL }, (_, index) => index + 1))
  expect(new Set(final.messages.map((row) => `${row.senderId} ${row.clientId}`)).size).toBe(TOTAL)
  const findings = checkHistory(recorder.history, [final])
  expect(findings, formatFindings(findings)).toEqual([])
}

test(`Postgres is killed twice under the load of ${CLIENTS} clients: the server continues on its own, nothing is lost or doubled (P1, P2)`, async () => {
  await using server = await serverOn(await postgres.createDatabase())
  const recorder = new Recorder()
  const devices = await gather(server.url, CLIENTS)
  let kills = 0
  let restarted = Promise.resolve()
  const killAndStart = async (): Promise<void> => {
    await postgres.kill()
    kills++
    await postgres.start()
  }
  try {
    await sendAll(devices, SENDS, recorder, (confirmed) => {
      // At the moment of a confirmation; many more may be in flight, so the second may have to wait for the first.
      if (confirmed === TOTAL / 4 || confirmed === TOTAL / 2) restarted = restarted.then(killAndStart)
    })
    await restarted
    expect(kills).toBe(2)
    await expectRight(devices, recorder)
  } finally {
    await disperse(devices)
  }
})

test('the server is killed midway, on Postgres: clients continue on their own, nothing is lost or doubled', async () => {
  const database = await postgres.createDatabase()
  let server = await serverOn(database)
  const port = String(server.port)
  const recorder = new Recorder()
  const devices = await gather(server.url, CLIENTS)
  const restarts: Promise<void>[] = []
  const killAndStart = async (): Promise<void> => {
    expect((await server.kill()).signal).toBe('SIGKILL')
    server = await serverOn(database, port)
  }
  try {
    await sendAll(devices, SENDS, recorder, (confirmed) => {
      if (confirmed === TOTAL / 4) restarts.push(killAndStart())
    })
    expect(restarts).toHaveLength(1)
    await Promise.all(restarts)
    await expectRight(devices, recorder)
  } finally {
    await disperse(devices)
    await server[Symbol.asyncDispose]()
  }
})
