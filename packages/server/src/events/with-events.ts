import type { Happening } from '../core/chat-event'
import { eventsOf } from '../core/events-of'
import type { Clock } from '../ports/clock'
import { putOver, type Store } from '../stores/port'
import { type EventWriter, NO_EVENTS } from './event-log'

type Added = Parameters<Store['createRoom']>[0]

/**
 * The store, with the events of its writes: written together with them, published after them. `store` is a plain object,
 * as `withEphemeral` makes one.
 */
export function withEvents(store: Store, log: EventWriter, clock: Pick<Clock, 'now'>): Store {
  return {
    ...store,

    async commit(roomId, need, decide) {
      if (!log.isWanted) return store.commit(roomId, need, decide)
      let prepared = NO_EVENTS
      const plan = await store.commit(roomId, need, (facts) => {
        const decided = decide(facts)
        prepared = log.prepare(eventsOf(decided))
        return prepared.rows.length > 0 ? { ...decided, outbox: prepared.rows } : decided
      })
      log.publish(prepared)
      return plan
    },

    async createRoom(input) {
      const prepared = log.prepare(eventsOfRoom(input, clock.now()))
      const made = await store.createRoom({ ...input, outbox: prepared.rows })
      if (made.created) log.publish(prepared)
      return made
    },

    async deleteRoom(roomId, by, atMs) {
      const prepared = log.prepare([{ type: 'room.deleted', at: atMs, data: { roomId, by } }])
      const isDone = await store.deleteRoom(roomId, by, atMs, prepared.rows)
      if (isDone) log.publish(prepared)
      return isDone
    },

    async putReport(report) {
      const isNew = report.resolvedAt === null
      const at = clock.now()
      const prepared = log.prepare(isNew ? [{ type: 'report.made', at, data: { report } }] : [])
      await store.putReport(report, prepared.rows)
      log.publish(prepared)
    },

    async putUser(user, namedAt) {
      const at = clock.now()
      const prepared = log.prepare([
        { type: 'user.first_seen', at, data: { user: putOver(undefined, user) } },
      ])
      const put = await store.putUser(user, namedAt, prepared.rows)
      if (put.isNew) log.publish(prepared)
      return put
    },

    async invite(invitations) {
      if (!log.isWanted) return store.invite(invitations)
      const { roomId, inviterId: by, at } = invitations
      let prepared = NO_EVENTS
      const shownTo = await store.invite({
        ...invitations,
        outbox: (userIds) => {
          prepared = log.prepare(
            userIds.map((userId) => ({ type: 'member.invited', at, data: { roomId, userId, by } })),
          )
          return prepared.rows
        },
      })
      log.publish(prepared)
      return shownTo
    },
  }
}

const eventsOfRoom = ({ room, members }: Added, at: number): readonly Happening[] => [
  { type: 'room.created', at, data: { room, by: room.createdBy } },
  ...members.map(
    (member): Happening => ({
      type: 'member.joined',
      at,
      data: { member, by: room.createdBy ?? member.userId },
    }),
  ),
]
