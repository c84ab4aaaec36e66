import { asClientId, asMessageId, asRoomId, asUserId, LIMITS } from '@roomful/protocol'
import type { World } from './world'

/** A room that is there from the beginning. */
export type RoomSeed<User extends string = string> = {
  readonly id: string
  /** Default: the id. */
  readonly name?: string
  /** Default `public`. */
  readonly type?: 'public' | 'private'
  /** Who is in it; the first owns it. Default: all users. */
  readonly members?: readonly User[]
  /** Its history. A mere text is the owner's. */
  readonly messages?: readonly (string | SeedMessage<User>)[]
}

export type SeedMessage<User extends string = string> = { readonly from: User; readonly content: string }

/** Makes the rooms directly in the database; their messages are committed by the server. */
export async function seedRooms(
  world: World,
  rooms: readonly (string | RoomSeed)[],
  users: readonly string[],
  userName?: (userId: string) => string,
): Promise<void> {
  for (const room of rooms) {
    const {
      id,
      name,
      type = 'public',
      members = users,
      messages = [],
    } = typeof room === 'string' ? { id: room } : room
    await world.addRoom(id, type, members, {
      ...(name === undefined ? {} : { name }),
      ...(userName === undefined ? {} : { userName }),
    })
    const [owner = ''] = members
    const rows = messages.map((one) => (typeof one === 'string' ? { from: owner, content: one } : one))
    await commitMessages(world, id, rows, userName)
  }
}

/** Messages of members, one after the other. Live devices see them arrive. */
export async function commitMessages(
  world: World,
  room: string,
  messages: readonly SeedMessage[],
  userName: (userId: string) => string = String,
): Promise<void> {
  const node = world.nodes.find(({ isUp }) => isUp)
  if (node === undefined) throw new Error('no server process is up')
  for (let done = 0; done < messages.length; done += LIMITS.sendBatch) {
    const batch = messages.slice(done, done + LIMITS.sendBatch).map(({ from, content }) => {
      const actor = { id: asUserId(from), name: userName(from), admin: false }
      const id = world.nextSeededId(from)
      const message = { content, type: 'text', replyTo: null, id: asMessageId(id), clientId: asClientId(id) }
      return { kind: 'send', actor, at: world.time.now, ...message } as const
    })
    const results = await node.chatNode.services.pipeline.submitAll(asRoomId(room), batch)
    const refused = results.find((one) => !one.ok)
    if (refused) throw new Error(`The room ${room} does not take a message: ${JSON.stringify(refused)}`)
  }
}
