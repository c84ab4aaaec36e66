import { StoreError } from '../stores/port'
import type { EphemeralStore } from './ephemeral-store'

/** Where there can be no ephemeral rooms, for a reason that is in the log: all else goes on. */
export function awayEphemeral(): EphemeralStore {
  const refuse = async (): Promise<never> => {
    throw new StoreError('UNAVAILABLE', 'there can be no ephemeral rooms here')
  }
  return {
    commit: refuse,
    read: refuse,
    createRoom: refuse,
    markRead: refuse,
    putReport: refuse,
    touch: async () => {},
    sweep: async () => 0,
    close: async () => {},
  }
}
