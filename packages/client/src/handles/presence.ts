import type { Presence } from '@roomful/protocol'
import type { Chat } from '../chat'
import type { EngineContext } from '../engine/engine-context'
import { newTopic, type Topic } from '../engine/notifier'
import { ChatError } from '../model/chat-error'
import type { PresenceState } from '../presence'
import { readUserIds, statusRefusal } from './app-values'
import type { PresenceHub } from './presence-hub'
import { createViewStore } from './view-store'

const NOBODY: PresenceState = { users: new Map(), error: null }

/** Some users, and what is known of them. */
export type Watch = { readonly userIds: readonly string[]; readonly topic: Topic; state: PresenceState }

type LazyPresence = Pick<Chat, 'presence' | 'setPresence'> & { onPresence(row: Presence): void }

/** The hub is loaded with the first watch: many apps show no presence. */
export function createPresence(engine: () => EngineContext): LazyPresence {
  let hub: PresenceHub | null = null

  const load = async (): Promise<PresenceHub> => {
    const { createPresenceHub } = await import('./presence-hub')
    hub ??= createPresenceHub(engine())
    return hub
  }

  return {
    presence: (given) => {
      const ids = readUserIds(given)
      const error = ids instanceof ChatError ? ids : null
      const userIds = ids instanceof ChatError ? [] : ids
      const watch: Watch = { userIds, topic: newTopic(), state: { ...NOBODY, error } }
      const getState = () => watch.state
      const { subscribe } = createViewStore(watch.topic, getState)
      const failed = (cause: unknown): void => {
        const error = new ChatError('OFFLINE', 'The code could not be loaded', { cause })
        watch.state = { ...watch.state, error }
        engine().store.changed(watch.topic)
      }
      return {
        getState,
        subscribe: (listener) => {
          const stop = subscribe(listener)
          if (error) return stop
          load().then((loaded) => loaded.look(watch), failed)
          return () => {
            stop()
            hub?.look(watch)
          }
        },
      }
    },
    setPresence: async (status) => {
      const refusal = statusRefusal(status)
      if (refusal) throw refusal
      const { over } = engine()
      const hub = await load()
      const reason = over()
      if (reason) throw reason
      hub.setStatus(status)
    },
    onPresence: (row) => hub?.onPresence(row),
  }
}
