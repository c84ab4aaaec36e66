import { asRoomId, asUserId } from '@roomful/protocol'
import { type Authorize, createChatServer, createMemoryStore, type Store } from '@roomful/server'
import { testNode } from '../../../packages/server/src/node/test-node'
import { connect } from '../server-fixture'
import type { World } from './scene'

/** A node on connections in memory. */
export function memoryWorld(): World {
  const app: World['app'] = {}
  const node = testNode({ authorize: follow(app) })
  return { app, device: node.device, invite: inviteIn(node.node.services.store) }
}

/** A server with real sockets; with a folder it takes uploads. */
export async function socketWorld(
  files: string | false = false,
): Promise<World & { readonly url: string; close(): Promise<void> }> {
  const app: World['app'] = {}
  const store = createMemoryStore()
  const server = await createChatServer({
    ...{ port: 0, host: '127.0.0.1', logLevel: 'silent', files, invitations: 'open', store },
    limits: { sendsPerSecond: 0, eventsPerSecond: 0, handshakesPerSecond: 0 },
    auth: {
      authenticate: ({ token }) => {
        const [id = '', claims = ''] = token.split('?')
        return { id, name: id, admin: claims !== '' }
      },
    },
    authorize: follow(app),
    adminPage: true,
  })
  return {
    app,
    url: server.url,
    device: (token) => connect(server, { token, protocol: 2 }),
    invite: inviteIn(store),
    close: () => server.close(),
  }
}

const follow =
  (app: World['app']): Authorize =>
  (action, act) =>
    app.authorize?.(action, act) ?? true

const DAY_MS = 86_400_000

function inviteIn(store: Pick<Store, 'invite'>): World['invite'] {
  return async (roomId, inviterId, userId) => {
    const at = Date.now()
    const users = { inviterId: asUserId(inviterId), userIds: [asUserId(userId)] }
    await store.invite({ roomId: asRoomId(roomId), ...users, at, until: at + 365 * 100 * DAY_MS })
  }
}
