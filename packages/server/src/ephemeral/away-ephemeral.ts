import { StoreError } from '../stores/port'
import type { EphemeralStore } from './ephemeral-store'

/** Stands in where ephemeral rooms are impossible, for a logged reason: all else works. */
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
