import type { ChatServer } from '@roomful/server'
import { connect, startServer, tokenOf } from '../server-fixture'
import { Chance } from './chance'
import { inputJson } from './inputs'
import { faultOf, Tally } from './judge'
import { junkJson } from './junk'
import { RawLine } from './raw-line'
import { Pool } from './valid'

const USERS = ['ann', 'bob', 'eve', 'root']
/** The most inputs per connection, so that connections come and go among them. */
const PER_LINE = 100

/**
 * Sends this many generated frames to a real server, most of them events, some not even that. Every event is answered,
 * or its connection is closed; afterwards the server serves. Throws at the first exception to this.
 */
export async function fuzzOnSocket(seed: number, frames: number): Promise<Tally> {
  const chance = new Chance(seed)
  const pool = new Pool()
  const tally = new Tally()
  const logged: string[] = []
  const note = (fields: object, text: string): void => void logged.push(`${text}: ${JSON.stringify(fields)}`)
  await using server = await startServer({
    limits: { sendsPerSecond: 0, eventsPerSecond: 0, socketsPerUser: 0 },
    logger: { debug() {}, info() {}, warn() {}, error: note },
  })
  let line: RawLine | undefined
  let used = 0
  for (let n = 0; n < frames; n++) {
    if (!line || line.isClosed || ++used > PER_LINE) {
      line?.close()
      used = 0
      line = await RawLine.open(server.url, await tokenOf(chance.pick(USERS)), chance.pick([1, 2]))
    }
    const isRaw = chance.with(0.15)
    const json = isRaw ? '["list-rooms",{}]' : inputJson(chance, pool)
    const junk = isRaw ? rawFrame(chance) : undefined
    if (junk !== undefined) line.send(junk)
    const answer = await line.ask(n, json)
    const input = junk === undefined ? json : `frame ${JSON.stringify(String(junk))}`
    // A closed connection counts as an answer.
    const fault = logged[0] ?? (answer === 'closed' ? undefined : faultOf(answer))
    if (fault !== undefined) throw new Error(`seed ${seed}, frame ${n}: ${fault} for ${input.slice(0, 500)}`)
    pool.learn(answer)
    tally.note(answer === 'closed' ? { code: 'closed' } : answer)
  }
  line?.close()
  await expectService(server)
  return tally
}

const ODD_FRAMES = [
  '50-["x"]',
  '511-[{"_placeholder":true,"num":0}]',
  '9["x"]',
  '2',
  '3',
  '4',
  '0',
  '1',
  '',
  '2[',
  '2["list-rooms"',
  '2{}',
  '23',
  '3["x"]',
  '2/admin,["x"]',
  '0/admin,',
  '2null',
  '6',
  '2[]',
  '299999999999999999999["x"]',
]

/** A frame that Socket.IO's own encoder would not write. */
function rawFrame(chance: Chance): string | Uint8Array {
  switch (chance.below(4)) {
    case 0:
      return chance.pick(ODD_FRAMES)
    case 1:
      return `2${junkJson(chance)}`
    case 2:
      return Uint8Array.from({ length: chance.below(40) }, () => chance.below(256))
    default: {
      const frame = `2${chance.below(99)}["send-message",{"roomId":"general","content":"x"}]`
      const at = chance.below(frame.length)
      return `${frame.slice(0, at)}${String.fromCharCode(chance.below(0x80))}${frame.slice(at + chance.below(3))}`
    }
  }
}

async function expectService(server: ChatServer): Promise<void> {
  const [tom, amy] = await Promise.all(
    ['tom', 'amy'].map(async (name) => connect(server, { token: await tokenOf(name), protocol: 2 })),
  )
  if (!tom || !amy) throw new Error('unreachable')
  const { room } = await tom.do('create-room', { name: 'After', type: 'private', members: ['amy'] })
  await amy.do('join-rooms', { roomIds: [room.id] })
  await tom.do('send-message', { roomId: room.id, content: 'still here', clientId: 'client-after' })
  await amy.heard('still here')
  tom.close()
  amy.close()
}
