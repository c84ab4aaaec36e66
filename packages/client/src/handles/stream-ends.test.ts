import { describe, expect, test } from 'vitest'
import type { ShownMessage } from '../room'
import { addMessage } from '../test-support/model-room'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

type Stream = { iterator: AsyncIterator<ShownMessage, void>; control: AbortController }
type Scene = { world: World; ada: TestClient; stream: Stream }

function filled(count = 500): World {
  const world = new World()
  for (let i = 1; i <= count; i++) addMessage(world.server.room(ROOM), 'bob', { content: `old ${i}` })
  return world
}
function streamOf({ room }: TestClient, after?: number): Stream {
  const control = new AbortController()
  const options = { signal: control.signal, ...(after === undefined ? {} : { after }) }
  return { control, iterator: room.stream(options)[Symbol.asyncIterator]() }
}
/** Online, with a page asked for, and refused so. */
async function refused(code: 'UNAVAILABLE' | 'RATE_LIMITED', retryAfterMs?: number): Promise<Scene> {
  const world = filled()
  const ada = await world.live('ada')
  world.server.refuse = (_user, event) =>
    event === 'fetch-history' ? refusal(code, retryAfterMs ? { retryAfterMs } : {}) : undefined
  return { world, ada, stream: streamOf(ada, 0) }
}

/** Where a stream may be when it is to end. */
const STATES: Record<string, () => Promise<Scene>> = {
  'waits for what comes next': async () => {
    const world = filled()
    const ada = await world.live('ada')
    return { world, ada, stream: streamOf(ada) }
  },
  'waits while the room is loading': async () => {
    const world = filled()
    const ada = world.client('ada')
    ada.connection.silent = true
    return { world, ada, stream: streamOf(ada) }
  },
  'waits for a place while the room is loading': async () => {
    const world = filled()
    const ada = world.client('ada')
    ada.connection.silent = true
    return { world, ada, stream: streamOf(ada, 3) }
  },
  'waits offline': async () => {
    const world = filled()
    const ada = await world.live('ada')
    ada.connection.silent = true
    ada.connection.cut()
    await world.rest(3_000)
    return { world, ada, stream: streamOf(ada, 0) }
  },
  'waits for a page': async () => {
    const world = filled()
    const ada = await world.live('ada')
    return { world, ada, stream: streamOf(ada, 0) }
  },
  'has a page refused for now': () => refused('UNAVAILABLE'),
  'has a page refused for a minute': () => refused('RATE_LIMITED', 60_000),
}
const ONLINE = Object.entries(STATES).filter(([name]) => !/loading|offline/.test(name))

/** How the call that was under way ends: it is asked for at once, not after any time. */
async function endOf({ world, stream }: Scene, how: () => unknown): Promise<unknown> {
  let end: unknown = 'still pending'
  stream.iterator.next().then(
    ({ done, value }) => {
      end = done ? 'done' : value
    },
    (error) => {
      end = error.code
    },
  )
  await world.tick()
  if (world.clients[0]?.connection.has('fetch-history') && world.server.refuse('ada', 'fetch-history'))
    await world.settle()
  expect(end).toBe('still pending')
  void how()
  await world.tick()
  return end
}

describe.each(Object.entries(STATES))('a stream that %s', (_, begin) => {
  test('ends with return(), which ends as well', async () => {
    const scene = await begin()
    let returned: unknown
    const end = await endOf(scene, () =>
      scene.stream.iterator.return?.().then((result) => {
        returned = result
      }),
    )
    expect(end).toBe('done')
    expect(returned).toEqual({ done: true, value: undefined })
    expect(await scene.stream.iterator.next()).toEqual({ done: true, value: undefined })
  })

  test('ends with its signal', async () => {
    const scene = await begin()
    expect(await endOf(scene, () => scene.stream.control.abort())).toBe('done')
  })

  test('throws ABORTED when the chat is closed, and when the user signs out', async () => {
    const closed = await begin()
    expect(await endOf(closed, () => closed.ada.chat.close())).toBe('ABORTED')
    const out = await begin()
    expect(await endOf(out, () => out.ada.chat.signOut())).toBe('ABORTED')
    expect(await out.stream.iterator.next()).toEqual({ done: true, value: undefined })
  })

  test('throws the code that stopped the chat', async () => {
    const scene = await begin()
    const reason = { code: 'SESSION_REVOKED', text: 'signed out', next: 'stop' } as const
    expect(await endOf(scene, () => scene.ada.connection.cut(reason))).toBe('SESSION_REVOKED')
  })

  test('leaves nothing behind: the room is let go, no timer and no listener stays', async () => {
    const scene = await begin()
    const { signal } = scene.stream.control
    let listeners = 0
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners++
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners--
      removeEventListener.apply(signal, args)
    }
    await endOf(scene, () => scene.stream.iterator.return?.())
    expect(listeners).toBe(0)
    const { ada, world } = scene
    ada.room.close()
    world.server.refuse = () => undefined
    await world.rest(5_000)
    expect(ada.room.getState().status).toBe('idle')
    const asked = ada.connection.served.length
    await world.rest(90_000)
    expect(ada.connection.served.slice(asked).filter(({ event }) => event === 'fetch-history')).toEqual([])
  })
})

test.each(ONLINE)('throws when the room is removed: one that %s', async (_, begin) => {
  const scene = await begin()
  const { connection } = scene.ada
  const end = await endOf(scene, () => {
    const roomId = scene.world.server.room(ROOM).room.id
    connection.deliver({ event: 'room-removed', payload: { roomId, reason: 'kicked' } })
    connection.take('room-removed').run()
  })
  expect(end).toBe('ROOM_NOT_FOUND')
})

describe('between two messages, with the consumer at work', () => {
  test.each([0, 470])('after %d: nothing more is given once the room is removed (P8)', async (after) => {
    const world = filled()
    const ada = await world.live('ada')
    const { iterator } = streamOf(ada, after)
    const first = iterator.next()
    await world.settle()
    expect((await first).value?.seq).toBe(after + 1)
    const roomId = world.server.room(ROOM).room.id
    ada.connection.deliver({ event: 'room-removed', payload: { roomId, reason: 'kicked' } })
    await world.settle()
    await expect(iterator.next()).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test.each([0, 470])('after %d: nothing more is given once the chat is closed', async (after) => {
    const world = filled()
    const ada = await world.live('ada')
    const { iterator } = streamOf(ada, after)
    const first = iterator.next()
    await world.settle()
    await first
    await ada.chat.close()
    await expect(iterator.next()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('`break`, an error of the consumer, and return() before the first next() let the room go', async () => {
    const world = filled()
    const ada = world.client('ada')
    for await (const { seq } of ada.room.stream({ after: 0, signal: AbortSignal.abort() }))
      expect(seq).toBe(0)
    await ada.room.stream()[Symbol.asyncIterator]().return?.()
    expect(ada.chat.getState().connection.status).toBe('idle')
    const failed = (async () => {
      for await (const { seq } of ada.room.stream({ after: 0 })) if (seq === 3) throw new Error('mine')
    })()
    failed.catch(() => {})
    await world.settle()
    await expect(failed).rejects.toThrow('mine')
    await world.rest(5_000)
    expect(ada.room.getState().status).toBe('idle')
  })
})
