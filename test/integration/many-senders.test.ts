import { checkHistory, finalRoom, formatFindings, Recorder } from '@roomful/testing'
import type { ServerProcess } from '@roomful/testing/node'
import { expect, test } from 'vitest'
import { freePort } from '../../packages/testing/src/local-process'
import { CROWD_SECRET, type Device, disperse, gather, sendAll, settled } from './crowd'
import { NO_LIMITS, serve, temporaryFolder } from './roomful-command'

const CLIENTS = 16
const SENDS = 200
const TOTAL = CLIENTS * SENDS

/** Seqs are 1..n without a hole, each clientId once, and the checker finds nothing in the history. */
async function expectRight(devices: readonly Device[], recorder: Recorder): Promise<void> {
  const [first] = devices
  if (!first) throw new Error('Nobody came')
  await settled(devices, TOTAL)
  const final = await finalRoom(first.chat, 'general', devices)
  expect(final.messages.map((row) => row.seq)).toEqual(Array.from({ length: TOTAL }, (_, i) => i + 1))
  expect(new Set(final.messages.map((row) => `${row.senderId} ${row.clientId}`)).size).toBe(TOTAL)
  const findings = checkHistory(recorder.history, [final])
  expect(findings, formatFindings(findings)).toEqual([])
}

const serverOn = (folder: string, port = '0'): Promise<ServerProcess> =>
  serve(['--port', port, '--database', `sqlite:${folder}/chat.db`, ...NO_LIMITS], {
    env: { ROOMFUL_JWT_SECRET: CROWD_SECRET },
  })

test('16 clients send 200 messages each at once, every tenth of them twice: 1..n, each once', async () => {
  using folder = temporaryFolder()
  await using server = await serverOn(folder.path)
  const recorder = new Recorder()
  const devices = await gather(server.url, CLIENTS)
  try {
    await sendAll(devices, SENDS, recorder)
    await expectRight(devices, recorder)
  } finally {
    await disperse(devices)
  }
})

test('the server is killed twice midway: clients continue on their own, nothing is lost or doubled', async () => {
  using folder = temporaryFolder()
  const port = String(await freePort())
  let server = await serverOn(folder.path, port)
  const recorder = new Recorder()
  const devices = await gather(server.url, CLIENTS)
  const restarts: Promise<void>[] = []
  let failed: (error: unknown) => void = () => {}
  // A start that fails ends the test: nothing else would.
  const failure = new Promise<never>((_, reject) => {
    failed = reject
  })
  try {
    const sending = sendAll(devices, SENDS, recorder, (confirmed) => {
      // At the very moment of a confirmation, with hundreds of others in flight. One after the other: answers in flight
      // may reach the second mark during the first start.
      if (confirmed === TOTAL / 4 || confirmed === TOTAL / 2)
        restarts.push((restarts.at(-1) ?? Promise.resolve()).then(killAndStart).catch(failed))
    })
    await Promise.race([sending, failure])
    expect(restarts).toHaveLength(2)
    await Promise.all(restarts)
    await expectRight(devices, recorder)
  } finally {
    await disperse(devices)
    await server[Symbol.asyncDispose]()
  }

  async function killAndStart(): Promise<void> {
    expect((await server.kill()).signal).toBe('SIGKILL')
    server = await serverOn(folder.path, port)
  }
})
