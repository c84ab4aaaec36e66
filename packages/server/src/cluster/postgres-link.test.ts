import { EventEmitter } from 'node:events'
import { beforeEach, expect, test, vi } from 'vitest'
import { flushPromises, ManualClock } from '../node/test-node'
import { PostgresLink } from './postgres-link'

/** One connection. A statement that notifies stays open until the test ends it. */
class FakeClient extends EventEmitter {
  static readonly made: FakeClient[] = []
  readonly statements: { readonly parts: readonly string[]; end(error?: Error): void }[] = []
  constructor() {
    super()
    FakeClient.made.push(this)
  }
  connect = async (): Promise<void> => {}
  end = async (): Promise<void> => {}
  query = (_: string, values?: readonly [string, readonly string[]]): Promise<void> => {
    if (values === undefined) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const end = (error?: Error): void => (error ? reject(error) : resolve())
      this.statements.push({ parts: values[1], end })
    })
  }
  /** Ends the statement under way; the database sends its texts to all who listen, this node among them. */
  answer(): void {
    const statement = this.statements.at(-1)
    statement?.end()
    for (const payload of statement?.parts ?? []) this.emit('notification', { payload })
  }
}

// By a getter: the mock is made before the class.
vi.mock('pg', () => ({
  get Client() {
    return FakeClient
  },
}))
beforeEach(() => void FakeClient.made.splice(0))

async function openLink() {
  const clock = new ManualClock()
  const link = new PostgresLink({
    ...{ url: 'postgres:', channel: 'bus', clock },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    onText: () => {},
    onUp: () => {},
  })
  await flushPromises()
  const [client] = FakeClient.made
  if (!client) throw new Error('no connection')
  client.answer()
  await flushPromises()
  return { link, client, clock }
}

test('what is published while a statement runs goes with the next one, in order, none twice', async () => {
  const { link, client } = await openLink()
  const before = client.statements.length
  for (let n = 0; n < 1_000; n++) link.publish(`text ${n}`)
  await flushPromises()
  expect(client.statements).toHaveLength(before + 1)
  for (let round = 0; round < 50; round++) {
    client.answer()
    link.publish(`later ${round}`)
    await flushPromises()
    link.publish(`behind it ${round}`)
  }
  client.answer()
  await flushPromises()
  client.answer()
  await flushPromises()
  const sent = client.statements.slice(before).flatMap(({ parts }) => parts)
  expect(new Set(sent).size).toBe(sent.length)
  expect(sent).toHaveLength(1_000 + 2 * 50)
  expect(link.dropped).toBe(0)
  await link.close()
})

test('a statement that fails ends the link: what waited is dropped, and goes to no later connection', async () => {
  const { link, client, clock } = await openLink()
  link.publish('under way')
  await flushPromises()
  link.publish('waits')
  client.statements.at(-1)?.end(new Error('the connection was cut'))
  await flushPromises()
  expect([link.isUp, link.dropped]).toEqual([false, 2])
  link.publish('while it is down')
  expect(link.dropped).toBe(3)
  await clock.pass(1_000)
  const [, second] = FakeClient.made
  second?.answer()
  await flushPromises()
  expect(link.isUp).toBe(true)
  link.publish('again')
  await flushPromises()
  expect(second?.statements.at(-1)?.parts).toHaveLength(1)
  expect(second?.statements).toHaveLength(2)
  await link.close()
})

test('a connection whose own calls do not come back is given up', async () => {
  const { link, client, clock } = await openLink()
  for (let passed = 0; passed < 10_000; passed += 1_000) {
    // The statements end, and no notification comes: a pooler has forgotten LISTEN.
    client.statements.at(-1)?.end()
    await clock.pass(1_000)
  }
  expect(FakeClient.made.length).toBeGreaterThan(1)
  expect(link.isUp).toBe(false)
  await link.close()
})
