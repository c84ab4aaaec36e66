import type { Handler } from './handler'

/** Replaces the list of users whose presence this device is told, and answers their present state. */
export const watchPresence: Handler<'watch-presence'> = async ({ hub }, peer, { userIds, status }) => {
  if (status !== undefined && status !== peer.status) {
    peer.status = status
    hub.presence.update(peer.userId)
  }
  return { ok: true, presence: hub.presence.watch(peer, userIds) }
}
