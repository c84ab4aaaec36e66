import type { Chat, Room } from '@roomful/client'
import { createTestWorld } from '@roomful/testing'
import { expect, test } from 'vitest'
import { seededRandom } from './seeded-random'

const OPERATIONS = 1_000
const CUTS = 50

type Act = (room: Room, text: string, pick: (from: readonly string[]) => string | undefined) => void

/** Everything a user may do. Refusals (an edit of what the other device deleted) are normal. */
const ACTS: Readonly<Record<string, readonly [share: number, act: Act]>> = {
  send: [0.5, (room, text) => void room.send(text)],
  edit: [0.16, (room, text, pick) => each(pick(own(room)), (id) => room.edit(id, `${text}, edited`))],
  delete: [0.08, (room, _text, pick) => each(pick(own(room)), (id) => room.delete(id))],
  react: [
    0.16,
    (room, text, pick) =>
      each(pick(shown(room)), (id) => room.react(id, '👍', text.length % 2 === 0 ? 'add' : 'remove')),
  ],
  read: [0.1, (room) => room.markRead()],
}

const shown = (room: Room): string[] =>
  room
    .messages()
    .flatMap(({ key, deleted }) => (deleted ? [] : [key]))
    .slice(-30)
const own = (room: Room): string[] =>
  room
    .messages()
    .flatMap(({ key, deleted, senderId }) => (deleted || senderId !== 'ann' ? [] : [key]))
    .slice(-30)

function each(id: string | undefined, act: (id: string) => Promise<void>): void {
  if (id === undefined) return
  // What a device cannot know in time is refused, and shows in the room.
  act(id).catch((error: { code?: string }) => expect(error.code).toMatch(/^(MESSAGE_NOT_FOUND|ABORTED)$/))
}

/** What all devices show alike. */
const view = (chat: Chat) =>
  chat
    .room('general')
    .messages()
    .map(({ seq, id, content, deleted, status, reactions, editedAt }) => ({
      seq,
      id,
      content,
      deleted,
      status,
      edited: editedAt !== null,
      reactions: reactions.map(({ emoji, count, users }) => [emoji, count, [...users].sort().join()]),
    }))

test.each([1, 2, 3])(
  `two devices of the author and a reader, ${OPERATIONS} operations, ${CUTS} cuts: all equal the server (P3, P5, P6, seed %i)`,
  async (seed) => {
    await using world = await createTestWorld({ seed, users: ['ann', 'bob'], nodes: 2 })
    const laptop = await world.addDevice('ann')
    const { ann: phone, bob: reader } = world.clients
    if (!phone || !reader) throw new Error('both are there')
    const devices = [
      { name: 'ann', chat: phone },
      { name: 'ann-2', chat: laptop },
      { name: 'bob', chat: reader },
    ]
    for (const { chat } of devices) void chat.room('general').open()
    await world.settle()

    const random = seededRandom(seed)
    const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)]
    const cuts = new Set<number>()
    while (cuts.size < CUTS) cuts.add(Math.floor(random() * OPERATIONS))
    let sent = 0
    for (let i = 0; i < OPERATIONS; i++) {
      const { name, chat } = pick(devices) ?? { name: 'ann', chat: phone }
      let left = random()
      for (const [kind, [share, act]] of Object.entries(ACTS)) {
        left -= share
        if (left > 0) continue
        // The reader sends nothing: their device shows only the authors' work.
        const isReading = name === 'bob' && (kind === 'send' || kind === 'edit' || kind === 'delete')
        if (!isReading) act(chat.room('general'), `${i} from ${name}`, pick)
        if (!isReading && kind === 'send') sent++
        break
      }
      if (cuts.has(i)) world.faults.disconnect(random() < 0.2 ? {} : { device: pick(devices)?.name ?? 'ann' })
      await world.advance(Math.floor(random() * 60))
    }

    // After this many cuts the next attempt may be 30 s away.
    await world.advance(30_000)
    await world.expectConverged()
    const [first, ...others] = devices.map(({ chat }) => view(chat))
    for (const other of others) expect(other).toEqual(first)
    const seqs = first?.map(({ seq }) => seq) ?? []
    expect(seqs).toEqual(seqs.map((_, n) => n + 1))
    // Each send is there once, or was cancelled before it went out.
    expect(seqs.length).toBeGreaterThan(sent * 0.8)
    expect(seqs.length).toBeLessThanOrEqual(sent)
    const contents =
      first?.filter(({ deleted }) => !deleted).map(({ content }) => content.split(',')[0]) ?? []
    // The number in a text is its place among the operations: one device's are in order (I9).
    for (const name of ['ann', 'ann-2']) {
      const own = contents.flatMap((text) => (text?.endsWith(` ${name}`) ? [Number.parseInt(text, 10)] : []))
      expect(new Set(own).size).toBe(own.length)
    }
    for (const { chat } of devices) expect(chat.getState()).toMatchObject({ unsent: 0 })
  },
)
