import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { memoryStore } from '../storage/backends/memory'
import { hooked } from '../test-support/copies'
import { refusal } from '../test-support/model-server'
import { ROOM, type TestClient, World } from '../test-support/testing-world'

const warnings: string[] = []
beforeEach(() => {
  warnings.length = 0
  vi.spyOn(console, 'warn').mockImplementation((text) => void warnings.push(String(text)))
})
afterEach(() => vi.restoreAllMocks())

const theirs = (world: World): string[] => world.server.room(ROOM).messages.map((row) => row.content)
const goOffline = ({ connection }: TestClient): void => {
  connection.silent = true
  connection.cut()
}

describe('a script that sends and ends', () => {
  test('loses nothing after flush(): all messages are there, and none is left (P4)', async () => {
    const world = new World()
    const { chat, room } = world.client('ada')
    for (let i = 1; i <= 5; i++) room.send(`line ${i}`)
    const flushed = chat.flush()
    await world.rest(1_000)
    await flushed
    expect(await chat.close()).toEqual({ unsent: 0 })
    expect(theirs(world)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5'])
    expect(warnings).toEqual([])
  })

  test('loses nothing by close({ flush: true }) (P4)', async () => {
    const world = new World()
    const { chat, room } = world.client('ada')
    for (let i = 1; i <= 5; i++) room.send(`line ${i}`)
    const closed = chat.close({ flush: true })
    await world.rest(1_000)
    expect(await closed).toEqual({ unsent: 0 })
    expect(theirs(world)).toHaveLength(5)
  })

  test('learns by close() how many were lost, and is warned once, without their texts', async () => {
    const world = new World()
    const { chat, room } = world.client('ada')
    for (let i = 1; i <= 5; i++) room.send(`secret ${i}`)
    expect(await chat.close()).toEqual({ unsent: 5 })
    expect(await chat.close()).toEqual({ unsent: 5 })
    expect(warnings).toEqual([
      'roomful: closed; messages and changes that are not confirmed, and that nothing keeps: 5 (storage: memory)',
    ])
  })

  test('is not warned where the disk keeps them: they go out the next time', async () => {
    const world = new World()
    const disk = { ...memoryStore(), kind: 'file' } as const
    const ada = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    goOffline(ada)
    ada.room.send('kept')
    expect(await ada.chat.close()).toEqual({ unsent: 1 })
    expect(warnings).toEqual([])
    const next = world.client('ada', { storage: disk })
    const flushed = next.chat.flush()
    await world.rest(1_000)
    await flushed
    expect(theirs(world)).toEqual(['kept'])
  })

  test('keeps what it sent before the disk was open, when it is closed at once', async () => {
    const world = new World()
    const disk = memoryStore()
    const first = await world.live('ada', { storage: disk })
    await world.rest(1_000)
    await first.chat.close()
    const second = world.client('ada', { storage: disk })
    second.connection.silent = true
    second.room.send('in haste')
    expect(await second.chat.close()).toEqual({ unsent: 1 })
    const next = world.client('ada', { storage: disk })
    void next.chat.flush()
    await world.rest(1_000)
    expect(theirs(world)).toEqual(['in haste'])
  })
})

describe('flush()', () => {
  test('with nothing to send resolves without a connection', async () => {
    const world = new World()
    const { chat } = world.client('ada')
    await chat.flush()
    expect(chat.getState().connection.status).toBe('idle')
  })

  test('waits for edits, reactions and deletes, and for a read cursor that waits for a higher one', async () => {
    const world = new World()
    for (const text of ['one', 'two', 'three']) world.server.sendAs(ROOM, 'ada', text)
    world.server.sendAs(ROOM, 'bob', 'four')
    const ada = await world.live('ada', { readDebounceMs: 60_000 })
    const [one = '', two = '', three = ''] = ada.room.messages().map(({ id }) => id)
    void ada.room.edit(one, 'edited')
    void ada.room.react(two, '👍', 'add')
    void ada.room.delete(three)
    ada.room.markRead()
    const flushed = ada.chat.flush({ timeoutMs: 5_000 })
    await world.settle()
    await flushed
    expect(world.server.room(ROOM).messages).toMatchObject([
      { content: 'edited' },
      { reactions: [{ emoji: '👍' }] },
      { deleted: true },
      {},
    ])
    expect(world.server.room(ROOM).reads.get('ada')).toBe(4)
  })

  test('does not wait for failed entries: those need retry and cancel', async () => {
    const world = new World()
    const ada = await world.live('ada')
    world.server.refuse = (_user, event) => (event === 'send-message' ? refusal('MUTED') : undefined)
    ada.room.send('refused')
    const flushed = ada.chat.flush()
    await world.settle()
    await flushed
    expect(ada.room.messages()).toMatchObject([{ status: 'failed' }])
    expect(await ada.chat.close()).toEqual({ unsent: 0 })
  })

  test('offline it waits until the network is back', async () => {
    const world = new World()
    const ada = await world.live('ada')
    goOffline(ada)
    ada.room.send('later')
    let isDone = false
    void ada.chat.flush().then(() => {
      isDone = true
    })
    await world.pass(60_000)
    expect(isDone).toBe(false)
    ada.connection.silent = false
    await world.rest(30_000)
    expect(isDone).toBe(true)
  })

  test('rejects with TIMEOUT and with ABORTED; what waits stays in the outbox', async () => {
    const world = new World()
    const ada = await world.live('ada')
    goOffline(ada)
    ada.room.send('later')
    const [late, aborted] = [ada.chat.flush({ timeoutMs: 1_000 }), new AbortController()]
    const given = ada.chat.flush({ signal: aborted.signal })
    await world.pass(1_000)
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' })
    aborted.abort()
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(ada.chat.flush({ signal: aborted.signal })).rejects.toMatchObject({ code: 'ABORTED' })
    expect(ada.chat.getState().unsent).toBe(1)
  })

  test.each(['TOKEN_INVALID', 'SESSION_REVOKED'] as const)(
    'rejects with %s that stopped the chat',
    async (code) => {
      const world = new World()
      const ada = await world.live('ada')
      goOffline(ada)
      ada.room.send('never')
      const flushed = ada.chat.flush()
      await world.tick()
      ada.connection.cut({ code, text: 'no', next: 'stop' })
      await expect(flushed).rejects.toMatchObject({ code })
      await expect(ada.chat.flush()).rejects.toMatchObject({ code })
    },
  )
})

describe('the end', () => {
  test('close() during a flush, close() twice and signOut() during a flush: all settle', async () => {
    for (const end of ['close', 'signOut'] as const) {
      const world = new World()
      const ada = await world.live('ada', { storage: memoryStore() })
      goOffline(ada)
      ada.room.send('waits')
      const flushed = ada.chat.flush()
      const slow = ada.chat.close({ flush: true, timeoutMs: 3_600_000 })
      await world.tick()
      await ada.chat[end]()
      await expect(flushed).rejects.toMatchObject({ code: 'ABORTED' })
      expect(await slow).toEqual({ unsent: end === 'close' ? 1 : 0 })
      await expect(ada.chat.flush()).rejects.toMatchObject({ code: 'ABORTED' })
      expect(world.clock.timers()).toBe(0)
    }
  })

  test('close({ flush: true }) offline ends after its time, and returns what is left', async () => {
    const world = new World()
    const ada = await world.live('ada')
    goOffline(ada)
    ada.room.send('waits')
    const closed = ada.chat.close({ flush: true, timeoutMs: 2_000 })
    await world.pass(2_000)
    expect(await closed).toEqual({ unsent: 1 })
    expect(warnings).toHaveLength(1)
  })

  test('`await using` closes, and warns of what it lost', async () => {
    const world = new World()
    {
      await using chat = world.client('ada').chat
      chat.room(ROOM).send('waits')
    }
    expect(warnings).toHaveLength(1)
  })

  test('signOut() after close() settles, though the disk never answers', async () => {
    const world = new World()
    const disk = memoryStore()
    const ada = await world.live('ada', { storage: hooked(disk, { erase: () => new Promise(() => {}) }) })
    await world.rest(1_000)
    await ada.chat.close()
    const out = ada.chat.signOut()
    out.catch(() => {})
    await world.rest(30_000)
    await expect(out).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(world.clock.timers()).toBe(0)
  })

  test('a disk that hangs delays close() for a few seconds, and a warning names what it did not store', async () => {
    const world = new World()
    const disk = memoryStore()
    let hangs = false
    const moody = hooked(disk, {
      save: (_, save) => (hangs ? new Promise<void>(() => {}) : save()),
    })
    const ada = await world.live('ada', { storage: moody })
    await world.rest(1_000)
    goOffline(ada)
    hangs = true
    ada.room.send('on its way to the disk')
    const closed = ada.chat.close()
    await world.rest(10_000)
    expect(await closed).toEqual({ unsent: 1 })
    expect(warnings).toEqual([
      'roomful: closed; messages and changes that are not confirmed, and that may not be kept: 1 (storage: degraded)',
    ])
  })
})
