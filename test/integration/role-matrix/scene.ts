import type { RoomType } from '@roomful/protocol'
import type { Authorize } from '@roomful/server'

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

type Device = {
  ask(event: string, payload: object): Promise<Record<string, unknown>>
  close(): void
}

/** A server for these scenes. Scenes of one world do not meet: each has users of its own. */
export type World = {
  /** A token is an id; one that ends with `?admin=1` has the admin claim. */
  device(token: string): Promise<Device>
  /** Writes an invitation to a room, whatever the users have in common. */
  invite(roomId: string, inviterId: string, userId: string): Promise<void>
  /** What the server's `authorize` calls; without it all is allowed. */
  readonly app: { authorize?: Authorize }
}

export type Scene = {
  readonly me: Device
  readonly boss: Device
  /** The token of `me`. */
  readonly token: string
  readonly devices: readonly Device[]
  /** Invites `me`. */
  readonly invite: () => Promise<void>
  /** The ids that payloads use. */
  readonly ids: {
    readonly boss: string
    readonly room: string
    readonly mine: string
    readonly theirs: string
    readonly report: string
    /** The same of messages that grow. */
    readonly mineGrows: string
    readonly theirsGrows: string
    readonly me: string
    readonly oth: string
    readonly out: string
    readonly fresh: string
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

let scenes = 0

/**
 * A room of `boss`, with `oth` in it and `out` banned from it, a message of each and a report; `me` in their standing,
 * with an own message from when they were in. `fresh` is known and not in the room.
 */
export async function makeScene(world: World, type: RoomType, standing: Standing): Promise<Scene> {
  const no = ++scenes
  const user = (name: string): string => `${name}-${no}`
  const ids = { boss: user('boss'), me: user('me'), oth: user('oth'), out: user('out'), fresh: user('fresh') }
  const [boss, oth] = [await world.device(ids.boss), await world.device(ids.oth)]
  const token = standing.endsWith('+') ? `${ids.me}?admin=1` : ids.me
  const me = await world.device(token)
  for (const id of [ids.fresh, ids.out]) (await world.device(id)).close()
  const done = async (device: Device, event: string, payload: object): Promise<Record<string, unknown>> => {
    const answer = await device.ask(event, payload)
    if (answer.ok !== true) throw new Error(`${event} was refused: ${JSON.stringify(answer)}`)
    return answer
  }

  const members = [...(isIn(standing) ? [ids.me] : []), ids.oth, ...(type === 'dm' ? [] : [ids.out])]
  const made = await (type === 'dm'
    ? done(boss, 'open-dm', { userIds: members })
    : done(boss, 'create-room', { name: 'Room', type, members }))
  const roomId = textAt(made, 'room', 'id')
  const say = async (device: Device, more: object = {}): Promise<string> => {
    const payload = { roomId, content: 'text', clientId: freshClientId(), ...more }
    return textAt(await done(device, 'send-message', payload), 'message', 'id')
  }
  const theirs = await say(oth)
  const mine = isIn(standing) ? await say(me) : theirs
  const theirsGrows = await say(oth, { stream: true })
  const mineGrows = isIn(standing) ? await say(me, { stream: true }) : theirsGrows
  const report = textAt(await done(oth, 'report-message', { messageId: theirs }), 'report', 'id')
  if (type !== 'dm') await done(boss, 'ban-member', { roomId, userId: ids.out })

  const userId = ids.me
  if (standing === 'owner' || standing === 'admin')
    await done(boss, 'set-role', { roomId, userId, role: standing })
  if (standing === 'left') await done(me, 'remove-member', { roomId })
  if (standing === 'kicked') await done(boss, 'remove-member', { roomId, userId })
  if (standing === 'banned') await done(boss, 'ban-member', { roomId, userId })
  return {
    ...{ me, boss, token, devices: [me, boss, oth] },
    invite: () => world.invite(roomId, ids.boss, userId),
    ids: { room: roomId, mine, theirs, mineGrows, theirsGrows, report, ...ids },
  }
}
