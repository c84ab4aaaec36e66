import { beforeEach, describe, expect, test } from 'vitest'
import { MemoryOutbox } from '../stores/memory/memory-outbox'
import { DAY_MS } from './back-off'
import { boundOutbox } from './outbox-upkeep'

const NOW = Date.UTC(2026, 0, 31)

describe('what waits for an endpoint is bounded', () => {
  let outbox: MemoryOutbox
  let logged: object[]
  beforeEach(() => {
    outbox = new MemoryOutbox()
    logged = []
  })
  const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => void logged.push(fields) }
  const bound = (limits?: { waiting: number; dead: number }) =>
    boundOutbox({ outbox, log }, NOW, () => false, limits)

  async function add(count: number, at: number, endpoint = 'app'): Promise<void> {
    const event = { endpoint, type: 'message.sent', at, body: '{}' }
    await outbox.add(
      Array.from({ length: count }, (_, index) => ({
        ...event,
        stream: `room-${index % 7}`,
        id: `${at}-${index}`,
      })),
    )
  }

  test('the oldest beyond the number become dead letters, in any number of rooms', async () => {
    await add(1_500, NOW - 1_000)
    await add(10, NOW - 1_000, 'audit')
    const before = (await outbox.oldest('app', { limit: 1_400 })).map(({ id }) => id)
    expect(await bound({ waiting: 100, dead: 5_000 })).toMatchObject([
      { endpoint: 'app', waiting: 100, dead: 1_400 },
      { endpoint: 'audit', waiting: 10, dead: 0 },
    ])
    expect((await outbox.dead('app', { limit: 2_000 })).map(({ id }) => id)).toEqual(before)
    expect(logged).toEqual([{ endpoint: 'app', events: 1_400 }])
  })

  test('no more than that, also where another server does the same at the same time', async () => {
    await add(1_500, NOW - 1_000)
    const limits = { waiting: 100, dead: 5_000 }
    let isFirst = true
    const slow = new Proxy(outbox, {
      get: (target, name) => {
        if (name !== 'oldest') return Reflect.get(target, name).bind(target)
        return async (...query: Parameters<MemoryOutbox['oldest']>) => {
          if (isFirst) {
            isFirst = false
            await bound(limits)
          }
          return target.oldest(...query)
        }
      },
    })
    const left = await boundOutbox({ outbox: slow, log }, NOW, () => false, limits)
    expect(left).toMatchObject([{ waiting: 100, dead: 1_400 }])
  })

  test('so do those that have waited for eight days, though nothing delivers to the endpoint', async () => {
    await add(3, NOW - 8 * DAY_MS - 1)
    await add(2, NOW - 7 * DAY_MS)
    expect(await bound()).toMatchObject([{ waiting: 2, dead: 3 }])
    expect(await bound()).toMatchObject([{ waiting: 2, dead: 3 }])
    expect(logged).toHaveLength(1)
  })

  test('dead letters go after 30 days, and the oldest beyond the number', async () => {
    await add(20, NOW - 1_000)
    const events = await outbox.oldest('app', { limit: 20 })
    for (const [index, { seq, stream }] of events.entries()) {
      const dead = [{ seq, reason: 'too old' }]
      const nowMs = index < 5 ? NOW - 30 * DAY_MS - 1 : NOW - DAY_MS
      await outbox.settle({ endpoint: 'app', stream, nowMs, delivered: [], dead })
    }
    expect(await bound({ waiting: 1, dead: 15 })).toMatchObject([{ waiting: 0, dead: 15 }])
    expect(await bound({ waiting: 1, dead: 4 })).toMatchObject([{ waiting: 0, dead: 4 }])
    expect((await outbox.dead('app', { limit: 9 })).map(({ seq }) => seq)).toEqual(
      events.slice(-4).map(({ seq }) => seq),
    )
    expect(logged).toEqual([
      { endpoint: 'app', events: 5 },
      { endpoint: 'app', events: 11 },
    ])
  })

  test('nothing to do writes nothing', async () => {
    expect(await bound()).toEqual([])
    await add(5, NOW)
    await bound()
    expect(logged).toEqual([])
  })
})
