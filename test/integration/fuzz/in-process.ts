import { asRoomId, asUserId, type Member } from '@roomful/protocol'
import { testNode } from '../../../packages/server/src/node/test-node'
import { MemoryStore } from '../../../packages/server/src/stores/memory/memory-store'
import { Chance } from './chance'
import { inputJson } from './inputs'
import { faultOf, Tally } from './judge'
import { Pool } from './valid'

const DEVICES: readonly (readonly [string, 1 | 2])[] = [
  ['ann', 2],
  ['bob', 2],
  ['eve', 1],
  ['root?admin=1', 2],
]
/** Rooms that exist at the beginning. */
const ROOMS = 3_000
/** At most this many may be in flight at once. */
const AT_ONCE = 8

/**
 * Feeds this many generated inputs to a server without sockets, and then lets two users chat on it. Throws at the first
 * wrong answer, with the input.
 */
export async function fuzzInProcess(seed: number, inputs: number): Promise<Tally> {
  const chance = new Chance(seed)
  const pool = new Pool()
  const tally = new Tally()
  const store = new MemoryStore({ epoch: 'epoch-1' })
  pool.crowd = await crowdOf(store)
  const node = testNode({ store })
  const devices = await Promise.all(DEVICES.map(([name, protocol]) => node.device(name, protocol)))

  const put = async (json: string, at: number): Promise<void> => {
    const device = devices[at]
    if (!device) throw new Error('unreachable')
    const answer: unknown = await device.request(JSON.parse(json))
    const fault = node.logged.length > 0 ? `logged ${JSON.stringify(node.logged[0])}` : faultOf(answer)
    if (fault !== undefined)
      throw new Error(`seed ${seed}: ${fault} for ${json.slice(0, 500)}: ${JSON.stringify(answer)}`)
    pool.learn(answer)
    tally.note(answer)
  }

  for (let done = 0; done < inputs; ) {
    const batch = Math.min(1 + chance.below(AT_ONCE), inputs - done)
    const drawn = Array.from(
      { length: batch },
      () => [inputJson(chance, pool), chance.below(devices.length)] as const,
    )
    await Promise.all(drawn.map(([json, at]) => put(json, at)))
    done += batch
    await node.clock.pass(20)
    for (const [at, [name, protocol]] of DEVICES.entries()) {
      const device = devices[at]
      // The server disconnects a user who sends too many unknown events; they come back.
      if (device?.isOpen() === false) devices[at] = await node.device(name, protocol)
      device?.events.splice(0)
    }
  }
  await expectService(node)
  return tally
}

/** Thousands of rooms, of which some users are in every second, some in every tenth. */
async function crowdOf(store: MemoryStore): Promise<readonly string[]> {
  const createdAt = '2026-01-01T00:00:00.000Z'
  const ids = Array.from({ length: ROOMS }, (_, n) => asRoomId(`crowd-${String(n).padStart(5, '0')}`))
  for (const [n, id] of ids.entries()) {
    const facts = { createdBy: null, createdAt, metadata: { n }, settings: {}, lastSeq: 0 } as const
    const names = [...(n % 2 === 0 ? ['ann'] : []), ...(n % 10 === 0 ? ['bob', 'eve'] : [])]
    const members = names.map(
      (name, at): Member => ({
        ...{ roomId: id, userId: asUserId(name), name, role: 'owner', joinedAt: createdAt },
        ...{ lastReadSeq: 0, fromSeq: 1, rev: at + 1 },
      }),
    )
    const type = n % 2 === 0 ? 'public' : 'private'
    await store.createRoom({ room: { id, name: `Room ${n}`, type, ...facts, rev: members.length }, members })
  }
  return ids
}

async function expectService(node: ReturnType<typeof testNode>): Promise<void> {
  const [tom, amy] = [await node.device('tom'), await node.device('amy')]
  const made = await tom.ask('create-room', { name: 'After', type: 'private', members: ['amy'] })
  const roomId = made.room && typeof made.room === 'object' && 'id' in made.room ? made.room.id : undefined
  await amy.ask('join-rooms', { roomIds: [roomId] })
  const sent = await tom.ask('send-message', { roomId, content: 'still here', clientId: 'client-after' })
  const heard = JSON.stringify(amy.all('changes')).includes('still here')
  if (sent.ok !== true || !heard) throw new Error(`no service after it: ${JSON.stringify(sent)}`)
}
