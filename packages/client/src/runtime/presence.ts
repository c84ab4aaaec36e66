import type { Presence } from '@roomful/protocol'
import type { Chat } from '../chat'
import { ChatError } from '../core/chat-error'
import type { PresenceState, PresenceWatch } from '../presence'
import type { PresenceHub } from './presence-hub'
import type { Session } from './session'

export const NOBODY: PresenceState = { users: new Map(), error: null }

type LazyPresence = Pick<Chat, 'presence' | 'setPresence'> & { onPresence(row: Presence): void }

/** The hub is loaded with the first watch: many apps show no presence. */
export function createPresence(session: () => Session): LazyPresence {
  let hub: PresenceHub | null = null

  const load = async (): Promise<PresenceHub> => {
    const { createPresenceHub } = await import('./presence-hub')
    hub ??= createPresenceHub(session())
    return hub
  }

  return {
    presence: (userIds) => {
      let watch: PresenceWatch | null = null
      let state = NOBODY
      return {
        getState: () => watch?.getState() ?? state,
        subscribe: (listener) => {
          let stop: (() => void) | null = () => {}
          load().then(
            (loaded) => {
              watch ??= loaded.watch(userIds)
              stop = stop && watch.subscribe(listener)
            },
            (cause: unknown) => {
              state = {
                ...NOBODY,
                error: new ChatError('OFFLINE', 'The code could not be loaded', { cause }),
              }
              if (stop) listener()
            },
          )
          return () => {
            stop?.()
            stop = null
          }
        },
      }
    },
    setPresence: async (status) => (await load()).setStatus(status),
    onPresence: (row) => hub?.onPresence(row),
  }
}
