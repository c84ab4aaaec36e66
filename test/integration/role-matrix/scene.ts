import type { RoomType } from '@roomful/protocol'
import { testNode } from '../../../packages/server/src/node/test-node'

/**
 * The standing of `me`. `admin+` and `none+` have the token's admin claim, in the room as a member and outside of it.
 */
export const STANDINGS = [
  'owner',
  'admin',
  'member',
  'left',
  'kicked',
  'banned',
  'never',
  'admin+',
  'none+',
] as const
export type Standing = (typeof STANDINGS)[number]

/** A dm is the set of its users: none ranks above another in it, none leaves, and none is removed. */
const STANDINGS_OF_DMS: readonly Standing[] = ['member', 'never', 'admin+', 'none+']
export const standingsIn = (type: RoomType): readonly Standing[] =>
  type === 'dm' ? STANDINGS_OF_DMS : STANDINGS

type Device = Awaited<ReturnType<ReturnType<typeof testNode>['device']>>

export type Scene = {
  readonly me: Device
  readonly boss: Device
  /** The ids that payloads use. */
  readonly ids: {
    readonly room: string
    readonly mine: string
    readonly theirs: string
    readonly report: string
  }
}

const isIn = (standing: Standing): boolean => !['never', 'none+'].includes(standing)
let sent = 0
export const freshClientId = (): string => `client-${String(++sent).padStart(6, '0')}`

/** The part of an answer at a path, which must be a text. */
function textAt(answer: unknown, ...path: string[]): string {
  let part = answer
  for (const key of path) {
    if (typeof part !== 'object' || part === null)
      throw new Error(`no ${path.join('.')}: ${JSON.stringify(answer)}`)
    part = new Map<string, unknown>(Object.entries(part)).get(key)
  }
  if (typeof part !== 'string') throw new Error(`no ${path.join('.')}: ${JSON.stringify(answer)}`)
  return part
}

/**
 * A room of `boss`, with `oth` in it and `out` banned from it, a message of each and a report; `me` in their standing,
 * with an own message from when they were in. `new` is known and not in the room.
 */
export async function makeScene(type: RoomType, standing: Standing): Promise<Scene> {
  const node = testNode()
  const [boss, oth] = [await node.device('boss'), await node.device('oth')]
  const me = await node.device(standing.endsWith('+') ? 'me?admin=1' : 'me')
  for (const name of ['new', 'out']) (await node.device(name)).close()
  const done = async (device: Device, event: string, payload: object): Promise<Record<string, unknown>> => {
    const answer = await device.ask(event, payload)
    if (answer.ok !== true) throw new Error(`${event} was refused: ${JSON.stringify(answer)}`)
    return answer
  }

  const members = [...(isIn(standing) ? ['me'] : []), 'oth', ...(type === 'dm' ? [] : ['out'])]
  const made = await (type === 'dm'
    ? done(boss, 'open-dm', { userIds: members })
    : done(boss, 'create-room', { name: 'Room', type, members }))
  const roomId = textAt(made, 'room', 'id')
  const say = async (device: Device): Promise<string> => {
    const payload = { roomId, content: 'text', clientId: freshClientId() }
    return textAt(await done(device, 'send-message', payload), 'message', 'id')
  }
  const theirs = await say(oth)
  const mine = isIn(standing) ? await say(me) : theirs
  const report = textAt(await done(oth, 'report-message', { messageId: theirs }), 'report', 'id')
  if (type !== 'dm') await done(boss, 'ban-member', { roomId, userId: 'out' })

  if (standing === 'owner' || standing === 'admin')
    await done(boss, 'set-role', { roomId, userId: 'me', role: standing })
  if (standing === 'left') await done(me, 'remove-member', { roomId })
  if (standing === 'kicked') await done(boss, 'remove-member', { roomId, userId: 'me' })
  if (standing === 'banned') await done(boss, 'ban-member', { roomId, userId: 'me' })
  return { me, boss, ids: { room: roomId, mine, theirs, report } }
}
