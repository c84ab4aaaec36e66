import { describe, expect, test } from 'vitest'
import { memoryStore } from '../adapters/memory-store'
import { killable } from '../test-support/killable-store'
import { expectConverged, ROOM, type TestClient, World } from '../test-support/testing-world'

/** The process is gone, between two instructions: no goodbye to anybody. */
const kill = (world: World, client: TestClient, store: { kill(): void }): void => {
  store.kill()
  client.line.cut()
  world.clients.splice(world.clients.indexOf(client), 1)
}

describe('1 ack lost after commit, app killed, restart from disk, resend', () => {
  test('the message is there once, and shows as sent without having been typed again', async () => {
    const world = new World()
    const disk = memoryStore()
    const store = killable(disk)
    const first = await world.live('ada', { storage: store })
    const sent = first.room.send('once')
    await world.tick()
    first.line.take('send-message').run()
    expect(world.server.room(ROOM).messages).toHaveLength(1)
    kill(world, first, store)

    const second = await world.live('ada', { storage: killable(disk) })
    await world.rest()
    expect(world.server.room(ROOM).messages).toHaveLength(1)
    expect(second.room.messages()).toMatchObject([{ content: 'once', status: 'sent', key: sent.clientId }])
    expectConverged(world, second)
  })

  test('killed before its first emit: kept on disk, it goes out at the next start', async () => {
    const world = new World()
    const disk = memoryStore()
    const store = killable(disk)
    const first = await world.live('ada', { storage: store })
    first.line.cut()
    void first.room.send('one')
    void first.room.send('two')
    await world.tick()
    kill(world, first, store)
    expect(world.server.room(ROOM).messages).toHaveLength(0)

    const second = world.client('ada', { storage: killable(disk) })
    second.line.silent = true
    void second.room.open()
    await world.tick()
    expect(second.room.messages()).toMatchObject([
      { content: 'one', status: 'queued' },
      { content: 'two', status: 'queued' },
    ])
    second.line.silent = false
    await world.rest()
    expect(world.server.room(ROOM).messages.map((row) => row.content)).toEqual(['one', 'two'])
    expectConverged(world, second)
  })

  test('nothing is emitted before it is on disk', async () => {
    const world = new World()
    const disk = memoryStore()
    let keep = (): void => {}
    const slow = {
      ...disk,
      write: async (write: Parameters<typeof disk.write>[0]) => {
        if (write.putEntries?.length) await new Promise<void>((resolve) => (keep = resolve))
        await disk.write(write)
      },
    }
    const ada = await world.live('ada', { storage: slow })
    void ada.room.send('careful')
    await world.tick()
    expect(ada.room.messages()).toMatchObject([{ status: 'queued' }])
    expect(ada.line.has('send-message')).toBe(false)
    keep()
    await world.tick()
    expect(ada.line.has('send-message')).toBe(true)
    await world.settle()
    expect(ada.room.messages()).toMatchObject([{ status: 'sent' }])
  })
})

describe('20 the tab that owns the outbox dies while another is ahead in memory', () => {
  test('whoever takes the outbox over from disk sends each once, and both are equal', async () => {
    const world = new World()
    const disk = memoryStore()
    const store = killable(disk)
    const owner = await world.live('ada', { storage: store })
    const other = await world.live('ada')
    const sent = owner.room.send('committed')
    await world.tick()
    void owner.room.send('never emitted')
    await world.tick()
    owner.line.take('send-message').run()
    other.line.take('changes').run()
    kill(world, owner, store)
    void other.room.send('by the other tab')
    await world.settle()
    expect(other.core().cursor).toBeGreaterThan(2)

    const next = await world.live('ada', { storage: killable(disk) })
    await world.rest()
    expect(world.server.room(ROOM).messages.map((row) => row.content)).toEqual([
      'committed',
      'by the other tab',
      'never emitted',
    ])
    expect(next.room.messages()[0]).toMatchObject({ key: sent.clientId })
    for (const client of [other, next]) expectConverged(world, client)
  })
})
